namespace GlanceStore.Resilience;

/// <summary>
/// How long an operation whose caller has cancelled it still waits for what it had begun: a moment, for all of it together. What takes longer, as the
/// removal of an upload from a backend that is slow, goes on without the operation, and the store's closing waits for it.
/// </summary>
internal sealed class Farewell(TimeProvider time) : IDisposable
{
    /// <summary>Cancellation ends every operation within a second. More than half of it is left to a busy machine.</summary>
    public static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(400);

    private readonly CancellationTokenSource _over = new(Timeout.InfiniteTimeSpan, time);
    private CancellationTokenRegistration _cancelled;

    /// <summary>The moment begins when this caller cancels.</summary>
    public void Follow(CancellationToken caller) =>
        _cancelled = caller.UnsafeRegister(static over => ((CancellationTokenSource)over!).CancelAfter(Moment), _over);

    /// <summary>Waits for the end of something that was begun, or of the moment; whether it has ended.</summary>
    public async ValueTask<bool> SeesEndOfAsync(Task begun)
    {
        await begun.WaitAsync(_over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return begun.IsCompleted;
    }

    /// <summary>What comes of something that was begun.</summary>
    /// <exception cref="OperationCanceledException">The caller has cancelled, and it goes on.</exception>
    public async ValueTask<T> ResultOfAsync<T>(Task<T> begun)
    {
        await SeesEndOfAsync(begun).ConfigureAwait(false);
        return begun.IsCompleted ? await begun.ConfigureAwait(false) : throw new OperationCanceledException(_over.Token);
    }

    public void Dispose()
    {
        _cancelled.Dispose();
        _over.Dispose();
    }
}
