namespace GlanceStore.Drivers.File;

// Makes durable what happened to a directory. A name that was given or taken away cannot be tried again as the whole step, which
// would find its own work done; so a passing failure is tried again here, and one that stays is told as what it is: final.
internal static class DirectoryFlush
{
    // Well under a second in all, since it is not cancelled either.
    private static readonly TimeSpan[] Pauses = [.. new[] { 10, 40, 160, 400 }.Select(ms => TimeSpan.FromMilliseconds(ms))];

    public static ValueTask FlushAsync(HostFileSystem host, string directory, TimeProvider time) =>
        TryAsync(() => host.FlushDirectory(directory), time);

    public static async ValueTask TryAsync(Action step, TimeProvider time)
    {
        foreach (var pause in Pauses)
        {
            try
            {
                step();
                return;
            }
            catch (StoreException e) when (e.IsTransient)
            {
                await Task.Delay(pause, time, CancellationToken.None).ConfigureAwait(false);
            }
        }

        try
        {
            step();
        }
        catch (StoreException e) when (e.IsTransient)
        {
            throw new StoreException(e.Error, $"{e.Message.TrimEnd('.')}, {Pauses.Length + 1} times over.", e.InnerException);
        }
    }
}
