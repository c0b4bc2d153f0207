using Microsoft.Extensions.Logging;

namespace GlanceStore.Cache.Entries;

/// <summary>Says which chunks the disk did not keep: of a disk that dies, so many lines a minute and no more.</summary>
internal sealed class DamageLog(ILogger logger, string directory, TimeProvider time)
{
    private const int MostLines = 20;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private long? _since;
    private int _lines;
    private int _unsaid;

    public void Tell(string entry, int chunk, long offset, long length)
    {
        lock (_lock)
        {
            if (_since is not { } since || time.GetElapsedTime(since) >= Window)
            {
                TellUnsaid();
                (_since, _lines) = (time.GetTimestamp(), 0);
            }

            if (++_lines > MostLines)
            {
                _unsaid++;
                return;
            }
        }

        Log.Damaged(logger, entry, chunk, offset, length);
    }

    /// <summary>Says how many were not told of one by one.</summary>
    public void End()
    {
        lock (_lock)
        {
            TellUnsaid();
        }
    }

    private void TellUnsaid()
    {
        if (_unsaid > 0)
        {
            Log.MoreDamaged(logger, _unsaid, directory);
            _unsaid = 0;
        }
    }
}
