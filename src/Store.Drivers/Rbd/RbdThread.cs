namespace GlanceStore.Drivers.Rbd;

/// <summary>Threads for calls of the library that block. None of the pool's waits with them.</summary>
internal static class RbdThread
{
    public static Task<T> RunAsync<T>(Func<T> call) =>
        Task.Factory.StartNew(call, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);

    public static Task RunAsync(Action call) => RunAsync(() =>
    {
        call();
        return true;
    });

    /// <summary>
    /// Waits for what cannot be cancelled. Where the caller no longer waits it goes on by itself, and what comes of it is handed to
    /// <paramref name="abandoned"/>.
    /// </summary>
    public static async Task<T> OrAbandonAsync<T>(this Task<T> task, Action<T> abandoned, CancellationToken cancellationToken)
    {
        try
        {
            return await task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _ = AbandonAsync(task, abandoned);
            throw;
        }
    }

    private static async Task AbandonAsync<T>(Task<T> task, Action<T> abandoned)
    {
        try
        {
            abandoned(await task.ConfigureAwait(false));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // it failed, and nobody waits for it
        }
    }
}
