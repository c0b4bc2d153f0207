namespace GlanceStore.Transfer;

/// <summary>What one transfer keeps beside its buffers: counted in the budget until it is disposed, from whichever thread it changes.</summary>
internal sealed class MemoryCharge(TransferBudget budget) : IDisposable
{
    private readonly Lock _lock = new();
    private long _bytes;
    private bool _disposed;

    public void Add(long bytes)
    {
        lock (_lock)
        {
            Count(_disposed ? 0 : bytes);
        }
    }

    public void Set(long bytes)
    {
        lock (_lock)
        {
            Count(_disposed ? 0 : bytes - _bytes);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            Count(-_bytes);
            _disposed = true;
        }
    }

    private void Count(long bytes)
    {
        _bytes += bytes;
        budget.Charge(bytes);
    }
}
