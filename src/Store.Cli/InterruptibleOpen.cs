namespace GlanceStore.Cli;

/// <summary>Opens files so that the wait for a pipe's other side ends when it is cancelled.</summary>
/// <remarks>
/// The operating system's call has no end of its own, so it gets a thread of its own and stays behind there. That is right in a process
/// which is about to end, and nowhere else.
/// </remarks>
internal static class InterruptibleOpen
{
    public static Task<FileStream> OpenAsync(string path, FileStreamOptions options, CancellationToken cancellationToken) => Task.Factory
        .StartNew(() => new FileStream(path, options), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
        .WaitAsync(cancellationToken);
}
