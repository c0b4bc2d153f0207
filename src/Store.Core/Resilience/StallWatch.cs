namespace GlanceStore.Resilience;

/// <summary>Calls a driver with a time limit, and makes whatever a driver throws a <see cref="StoreException"/> or the caller's cancellation.</summary>
internal sealed class StallWatch : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _linked;

    public StallWatch(TimeSpan limit, TimeProvider time, CancellationToken caller)
    {
        _limit = limit;
        _caller = caller;
        _timer = new CancellationTokenSource(limit, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(caller, _timer.Token);
    }

    /// <summary>Whether the caller has cancelled, or the limit has passed: a call that ended well all the same may have lost what it needs to go on.</summary>
    public bool IsCalledOff => _linked.IsCancellationRequested;

    /// <summary>Runs one driver call within the limit, counted from now.</summary>
    public ValueTask<T> GuardAsync<T>(Func<CancellationToken, ValueTask<T>> call) => GuardAsync(call, _limit);

    /// <inheritdoc cref="GuardAsync{T}(Func{CancellationToken, ValueTask{T}})"/>
    public async ValueTask<T> GuardAsync<T>(Func<CancellationToken, ValueTask<T>> call, TimeSpan limit)
    {
        _timer.CancelAfter(limit);
        try
        {
            return await call(_linked.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not StoreException)
        {
            _caller.ThrowIfCancellationRequested();
            throw Translate(e, limit);
        }
    }

    public void Dispose()
    {
        _linked.Dispose();
        _timer.Dispose();
    }

    private StoreException Translate(Exception e, TimeSpan limit) => e switch
    {
        OperationCanceledException or ObjectDisposedException when _timer.IsCancellationRequested =>
            new StoreException(StoreError.Stalled, $"The store gave no answer for {limit.TotalSeconds:0.#} seconds.", e) { IsTransient = true },
        OperationCanceledException =>
            new StoreException(StoreError.Unavailable, "The store's driver gave up waiting for its backend.", e) { IsTransient = true },
        _ => new StoreException(StoreError.Unavailable, $"The store's driver failed in a way it does not explain ({e.GetType().Name}).", e),
    };
}
