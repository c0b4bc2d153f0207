namespace GlanceStore.Cache.Entries;

/// <summary>Reads what is in a cache again and again in the background, each image when its time has come.</summary>
internal sealed class Scrubbing : IAsyncDisposable
{
    // What could not be read is tried again, and not at once.
    private static readonly TimeSpan LeastPause = TimeSpan.FromMinutes(1);

    // Other processes bring images too, and no timer waits for longer than 49 days.
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    private readonly CancellationTokenSource _ending = new();
    private readonly ImageCache _cache;
    private readonly TimeSpan _interval;
    private readonly Task _running;

    private Scrubbing(ImageCache cache, TimeSpan interval)
    {
        (_cache, _interval) = (cache, interval);
        _running = RunAsync(_ending.Token);
    }

    public static Scrubbing Start(ImageCache cache, TimeSpan interval) => new(cache, interval);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // reading holds the thread
            var next = await ScrubAsync(cancellationToken).ConfigureAwait(false);
            var pause = next < LeastPause ? LeastPause : next < LongestPause ? next : LongestPause;
            await Task.Delay(pause, _cache.Options.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<TimeSpan> ScrubAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _cache.ScrubAsync(_interval, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            Log.NotScrubbed(_cache.Options.Logger, _cache.Options.Directory, e.Message);
            return LeastPause;
        }
    }
}
