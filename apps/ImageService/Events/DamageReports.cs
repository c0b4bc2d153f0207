using System.Threading.Channels;
using GlanceStore.ImageService.Database;

namespace GlanceStore.ImageService.Events;

/// <summary>
/// Tells of stores in which an image was found damaged, or was not found, also where another store went on and the reader noticed nothing. Of each place once in a
/// while: whoever reads a damaged image often finds it damaged as often.
/// </summary>
internal sealed partial class DamageReports(ServiceDatabase database, Outbox outbox, TimeProvider time, ILogger<DamageReports> logger) : BackgroundService
{
    private const int MostWaiting = 1000;
    private const int MostRemembered = 10_000;

    private static readonly TimeSpan OnceIn = TimeSpan.FromMinutes(10);

    private readonly Channel<Damage> _found = Channel.CreateBounded<Damage>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<Damage, DateTimeOffset> _told = [];

    /// <summary>Takes the failures of the reads of one image; those that say nothing of its data are passed over.</summary>
    public IProgress<StoreException> Of(string imageId) => new Reader(this, imageId);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var damage in _found.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await TellAsync(damage, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // The next read of it finds it again.
                LogUntold(logger, e, damage.ImageId, damage.Store);
            }
        }
    }

    private void Found(string imageId, StoreException error)
    {
        if (error is { Error: StoreError.Corrupted or StoreError.NotFound, StoreId: { } store } && outbox.Tells(EventTypes.Corrupt))
        {
            _found.Writer.TryWrite(new Damage(imageId, store, error.Location?.Uri ?? "", error.Error == StoreError.NotFound));
        }
    }

    private async Task TellAsync(Damage damage, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_told.TryGetValue(damage, out var last) && now - last < OnceIn)
        {
            return;
        }

        if (!await database.WriteAsync(session => TellAsync(session, damage), cancellationToken))
        {
            return;
        }

        if (_told.Count >= MostRemembered)
        {
            _told.Clear();
        }

        _told[damage] = now;
    }

    // Data that are being deleted are missing by right, and so are those that a conversion has replaced.
    private static async Task<bool> TellAsync(DbSession session, Damage damage)
    {
        var isHeld = await session.FindAsync<long>(
            """
            SELECT COUNT(*) FROM image_locations l JOIN images i ON i.id = l.image_id
            WHERE l.image_id = @ImageId AND l.store = @Store AND @Uri IN ('', l.url) AND l.status = 'active' AND i.status IN ('active', 'deactivated')
            """, damage) > 0;
        if (isHeld)
        {
            session.Tell(ServiceEvent.Corrupt(damage.ImageId, damage.Store, damage.IsMissing));
        }

        return isHeld;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "That image {Id} is damaged in the store '{Store}' could not be told.")]
    private static partial void LogUntold(ILogger logger, Exception error, string id, string store);

    private sealed record Damage(string ImageId, string Store, string Uri, bool IsMissing);

    private sealed class Reader(DamageReports reports, string imageId) : IProgress<StoreException>
    {
        public void Report(StoreException value) => reports.Found(imageId, value);
    }
}
