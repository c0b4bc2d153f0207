using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Telemetry;
using GlanceStore.ImageService.Transfers;

namespace GlanceStore.ImageService.Events;

/// <summary>Delivers the events of one destination after the other, in their order for each image, while this process has the lease for it.</summary>
internal sealed partial class DestinationDelivery(ServiceDatabase database, EventQueue queue, ServiceOptions options, TimeProvider time, ILogger<DestinationDelivery> logger)
{
    private const int MostAtOnce = 8;

    // Of what another process wrote; its own is told at once.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Delivers until the service stops.</summary>
    /// <param name="destination">Who is told.</param>
    /// <param name="something">Released when there is something to deliver.</param>
    /// <param name="stopping">Ends it.</param>
    public async Task RunAsync(IEventDestination destination, SemaphoreSlim something, CancellationToken stopping)
    {
        var failures = 0;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (await queue.HasAnyAsync(destination.Name, stopping))
                {
                    await DeliverAllAsync(destination, stopping);
                }

                failures = 0;
                await something.WaitAsync(LookEvery, stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                var pause = PauseAfter(failures++);
                ServiceInstruments.Failed(destination.Name);
                LogAway(logger, e, destination.Name, pause);
                await Task.Delay(pause, time, stopping);
            }
        }
    }

    private async Task DeliverAllAsync(IEventDestination destination, CancellationToken stopping)
    {
        var token = Guid.NewGuid().ToString("N");
        if (!await queue.TryClaimAsync(destination.Name, token, stopping))
        {
            return;
        }

        try
        {
            await using var lease = new Lease(database, options.UploadLease, time, (session, until) => EventQueue.RenewAsync(session, destination.Name, token, until), stopping);
            while (await queue.NextAsync(destination.Name, lease.Token) is { Count: > 0 } batch)
            {
                await DeliverAsync(destination, batch, lease.Token);
            }
        }
        finally
        {
            await queue.ReleaseAsync(destination.Name, token);
        }
    }

    // Images side by side, the events of one one after the other. What was delivered is removed whatever became of the rest.
    private async Task DeliverAsync(IEventDestination destination, List<StoredEvent> batch, CancellationToken cancellationToken)
    {
        var delivered = new List<long>(batch.Count);
        try
        {
            await Parallel.ForEachAsync(
                batch.GroupBy(told => told.ImageId), new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancellationToken },
                async (image, token) => await DeliverAsync(destination, image, delivered, token));
        }
        finally
        {
            if (delivered.Count > 0)
            {
                await queue.RemoveAsync(delivered);
                ServiceInstruments.Delivered(destination.Name, delivered.Count);
            }
        }
    }

    private async Task DeliverAsync(IEventDestination destination, IEnumerable<StoredEvent> image, List<long> delivered, CancellationToken cancellationToken)
    {
        foreach (var told in image)
        {
            try
            {
                await destination.DeliverAsync(told, cancellationToken);
            }
            catch (EventRefusedException e)
            {
                var pause = PauseAfter((int)Math.Min(told.Attempts, int.MaxValue));
                ServiceInstruments.Failed(destination.Name);
                LogRefused(logger, destination.Name, told.EventType, told.ImageId, pause, e.Message);
                await queue.PutOffAsync(told, pause);
                return;
            }

            lock (delivered)
            {
                delivered.Add(told.Id);
            }
        }
    }

    private static TimeSpan PauseAfter(int failures) => failures < 5 ? FirstPause * (1 << failures) : LongestPause;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Events cannot be delivered to {Destination} at the moment; they wait, and that is tried again in {Pause}.")]
    private static partial void LogAway(ILogger logger, Exception error, string destination, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Destination} does not take {Event} of image {Id}, which is offered again in {Pause}: {Reason}")]
    private static partial void LogRefused(ILogger logger, string destination, string @event, string id, TimeSpan pause, string reason);
}
