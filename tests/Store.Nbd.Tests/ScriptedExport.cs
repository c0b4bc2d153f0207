using System.Runtime.CompilerServices;
using GlanceStore.Formats;

namespace GlanceStore.Nbd.Tests;

/// <summary>An export that does what a test tells it to.</summary>
internal sealed class ScriptedExport(string name, byte[] bytes) : NbdExport(name, bytes.Length)
{
    private int _underWay;

    /// <summary>Called before each read, with its offset.</summary>
    public Func<long, CancellationToken, Task> Before { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>Waited for before memory is taken for a read, with its offset.</summary>
    public Func<long, CancellationToken, ValueTask> Ready { get; init; } = (_, _) => ValueTask.CompletedTask;

    /// <summary>The kinds of its parts of 64 KiB, told one by one.</summary>
    public DiskExtentKind[] Kinds { get; init; } = [];

    public bool Caches { get; init; }

    public List<(long Offset, long Length)> Cached { get; } = [];

    public int MostUnderWay { get; private set; }

    public bool IsDisposed => Disposals > 0;

    /// <summary>How often it was disposed.</summary>
    public int Disposals { get; private set; }

    /// <summary>What its disposal throws.</summary>
    public Exception? DisposalFailure { get; init; }

    /// <summary>Whether a read was under way when it was disposed.</summary>
    public bool WasDisposedInUse { get; private set; }

    public override bool CanCache => Caches;

    public override async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        MostUnderWay = Math.Max(MostUnderWay, Interlocked.Increment(ref _underWay));
        try
        {
            await Before(offset, cancellationToken);
            bytes.AsSpan((int)offset, buffer.Length).CopyTo(buffer.Span);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    public override ValueTask ReadyAsync(long offset, long length, CancellationToken cancellationToken) => Ready(offset, cancellationToken);

    public override async IAsyncEnumerable<DiskExtent> GetExtentsAsync(long offset, long length, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Before(offset, cancellationToken);
        for (var i = 0; i < Kinds.Length; i++)
        {
            yield return new DiskExtent((long)i << 16, 1 << 16, Kinds[i]);
        }
    }

    public override ValueTask CacheAsync(long offset, long length, CancellationToken cancellationToken)
    {
        Cached.Add((offset, length));
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        (Disposals, WasDisposedInUse) = (Disposals + 1, Volatile.Read(ref _underWay) > 0);
        return DisposalFailure is null ? ValueTask.CompletedTask : ValueTask.FromException(DisposalFailure);
    }
}
