namespace GlanceStore.Cli;

/// <summary>Calls of the operating system that have no end of their own, so that the wait for them ends when it is cancelled.</summary>
/// <remarks>
/// Such a call gets a thread of its own and stays behind there. That is right in a process which is about to end, and nowhere else.
/// </remarks>
internal static class Interruptible
{
    /// <summary>Opens a file; where it is a pipe, that waits for its other side.</summary>
    public static Task<FileStream> OpenAsync(string path, FileStreamOptions options, CancellationToken cancellationToken) =>
        RunAsync(() => new FileStream(path, options), cancellationToken);

    public static Task<T> RunAsync<T>(Func<T> call, CancellationToken cancellationToken) => Task.Factory
        .StartNew(call, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
        .WaitAsync(cancellationToken);
}
