namespace GlanceStore.ImageService.Events;

/// <summary>Delivers what the outbox holds, to each of those who are told by itself: one that is away delays its own events and nothing else.</summary>
internal sealed partial class EventDelivery(Outbox outbox, EventQueue queue, DestinationDelivery delivery, IEnumerable<IEventDestination> destinations, TimeProvider time, ILogger<EventDelivery> logger)
    : BackgroundService
{
    private static readonly TimeSpan GiveUpEvery = TimeSpan.FromMinutes(10);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => outbox.IsOn
        ? Task.WhenAll(destinations.Select(destination => WorkAsync(destination, stoppingToken)).Append(GiveUpAsync(stoppingToken)))
        : Task.CompletedTask;

    private async Task WorkAsync(IEventDestination destination, CancellationToken stopping)
    {
        using var something = new SemaphoreSlim(0);
        void Wake()
        {
            // One that is not waited for yet is enough for all that was written meanwhile.
            if (something.CurrentCount == 0)
            {
                something.Release();
            }
        }

        outbox.Committed += Wake;
        try
        {
            await delivery.RunAsync(destination, something, stopping);
        }
        finally
        {
            outbox.Committed -= Wake;
        }
    }

    private async Task GiveUpAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(GiveUpEvery, time);
        do
        {
            try
            {
                if (await queue.GiveUpAsync(stopping) is > 0 and var count)
                {
                    LogGivenUp(logger, count);
                }
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                LogFailed(logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} events were given up: nobody took them for as long as Events:KeepFor says, or more waited than Events:KeepAtMost.")]
    private static partial void LogGivenUp(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "Events that are too old could not be removed; that is tried again.")]
    private static partial void LogFailed(ILogger logger, Exception error);
}
