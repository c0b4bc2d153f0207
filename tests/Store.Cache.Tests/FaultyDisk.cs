using GlanceStore.Cache.Files;

namespace GlanceStore.Cache.Tests;

/// <summary>The host's disk, one call of which fails, or all from one on; and which calls were made.</summary>
internal sealed class FaultyDisk : HostDisk
{
    private readonly Lock _lock = new();
    private readonly List<DiskCall> _calls = [];

    /// <summary>Which call fails, from 1 on; by default none.</summary>
    public int FailsAt { get; set; } = int.MaxValue;

    /// <summary>What it fails with, as Linux numbers errors.</summary>
    public int Error { get; init; } = 5;

    /// <summary>Whether all that follow fail, too.</summary>
    public bool ForGood { get; init; }

    /// <summary>The first call that failed.</summary>
    public DiskCall? Failed { get; private set; }

    /// <summary>The calls that were made, in order.</summary>
    public IReadOnlyList<DiskCall> Calls
    {
        get
        {
            lock (_lock)
            {
                return [.. _calls];
            }
        }
    }

    protected override int ErrorOf(DiskCall call)
    {
        lock (_lock)
        {
            _calls.Add(call);
            if (_calls.Count != FailsAt && !(ForGood && _calls.Count > FailsAt))
            {
                return 0;
            }

            Failed ??= call;
            return Error;
        }
    }
}
