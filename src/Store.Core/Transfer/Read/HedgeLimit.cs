namespace GlanceStore.Transfer;

/// <summary>When a piece of one read is late, and how much may be asked a second time: one byte in twenty of what was fetched, one piece at a time.</summary>
internal sealed class HedgeLimit(TimeSpan after, TimeProvider time)
{
    private const int FetchedPerHedged = 20;

    private readonly Lock _lock = new();
    private long _fetchedBytes;
    private long _hedgedBytes;
    private bool _isTaken;

    public TimeSpan After => after;

    public TimeProvider Time => time;

    /// <summary>Notes that a piece was fetched.</summary>
    public void Fetched(int bytes)
    {
        lock (_lock)
        {
            _fetchedBytes += bytes;
        }
    }

    /// <summary>Takes the right to ask for so many bytes a second time; <see cref="Release"/> ends it.</summary>
    public bool TryTake(int bytes)
    {
        lock (_lock)
        {
            if (_isTaken || (_hedgedBytes + bytes) * FetchedPerHedged > _fetchedBytes)
            {
                return false;
            }

            _hedgedBytes += bytes;
            return _isTaken = true;
        }
    }

    /// <summary>Ends a hedge: both who asked are done.</summary>
    public void Release()
    {
        lock (_lock)
        {
            _isTaken = false;
        }
    }
}
