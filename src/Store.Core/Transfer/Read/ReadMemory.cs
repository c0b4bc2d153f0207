namespace GlanceStore.Transfer;

/// <summary>The memory of one read: the budget, and for how long a buffer of it is waited for.</summary>
internal sealed class ReadMemory(TransferBudget budget, TimeSpan limit, TimeProvider time)
{
    public TransferBudget Budget => budget;

    /// <summary>A buffer for what is asked for now.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Throttled"/>: none came free.</exception>
    public async ValueTask<ChunkBuffer> RentAsync(long bytes, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            return await budget.RentAsync(bytes, BufferUse.Read, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StoreException(StoreError.Throttled,
                $"No buffer of {bytes} bytes came free within {limit.TotalSeconds:0.#} seconds, because other transfers hold them all: "
                + $"transfer less at once, or raise MaxBufferBytes from {budget.Bytes}.") { IsTransient = true };
        }
    }
}
