namespace GlanceStore.Drivers.File;

// What remains to do once a name was given or taken away. The front cannot try that again as a whole, since it would find its own work
// done and take it for a success, or for another's. So a passing failure is tried again here, and one that stays is told as final.
internal static class FinalSteps
{
    // Well under a second in all, since nothing of it is cancelled.
    private static readonly TimeSpan[] Pauses =
        [TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(40), TimeSpan.FromMilliseconds(160), TimeSpan.FromMilliseconds(400)];

    public static ValueTask FlushAsync(HostFileSystem host, string directory, TimeProvider time) =>
        TryAsync(() => host.FlushDirectory(directory), time);

    public static async ValueTask TryAsync(Action step, TimeProvider time)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                step();
                return;
            }
            catch (StoreException e) when (e.IsTransient && tries < Pauses.Length)
            {
                await Task.Delay(Pauses[tries], time, CancellationToken.None).ConfigureAwait(false);
            }
            catch (StoreException e) when (e.IsTransient)
            {
                throw new StoreException(e.Error, $"{e.Message.TrimEnd('.')}, {tries + 1} times over.", e.InnerException);
            }
        }
    }
}
