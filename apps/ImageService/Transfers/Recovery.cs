using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Transfers;

/// <summary>
/// Finishes what a process that was killed, or a store that was away, left half done: uploads whose lease has ended go back to queued with nothing
/// stored, and deleted data are removed. Every process does it; that several do it at once changes nothing.
/// </summary>
internal sealed partial class Recovery(
    ServiceDatabase database, DataRemoval data, StagingArea staging, ServiceOptions options, TimeProvider time, ILogger<Recovery> logger) : BackgroundService
{
    /// <summary>One pass over all that is left.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        foreach (var image in await RowsAsync("SELECT i.* FROM images i WHERE i.status IN ('saving', 'uploading') AND i.lease_until < @now", cancellationToken))
        {
            await TakeBackAsync(image, cancellationToken);
        }

        // Not those that somebody deletes at this moment.
        foreach (var image in await RowsAsync(
            "SELECT i.* FROM images i WHERE i.status = 'pending_delete' AND (i.status_before IS NULL OR i.updated_at < @left)", cancellationToken))
        {
            await data.RemoveImageAsync(image.Id, InUse.IsWaitedFor, cancellationToken);
        }

        foreach (var image in await RowsAsync(
            "SELECT i.* FROM images i WHERE i.id IN (SELECT image_id FROM image_locations WHERE status <> 'active' AND status <> 'converting')", cancellationToken))
        {
            await data.RemovePlacesAsync(image.Id, InUse.IsWaitedFor, cancellationToken);
        }

        foreach (var image in await RowsAsync(
            "SELECT i.* FROM images i WHERE i.staged IS NOT NULL AND i.status NOT IN ('uploading', 'importing')", cancellationToken))
        {
            await staging.CleanAsync(image.Id, cancellationToken);
        }

        await database.WriteAsync(session => session.ExecuteAsync("DELETE FROM tasks WHERE expires_at < @now", new { now = DbTime.Now(time) }), cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.UploadLease / 2, time);
        do
        {
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    // First the image becomes this process's, so that the upload, should it live after all, cannot complete what is being removed.
    private async Task TakeBackAsync(ImageRow image, CancellationToken cancellationToken)
    {
        var mine = new { image.Id, old = image.UploadId, mine = Guid.NewGuid().ToString("N"), until = Lease.EndOf(options.UploadLease, time), now = DbTime.Now(time) };
        var taken = await database.WriteAsync(session => session.ExecuteAsync(
            "UPDATE images SET upload_id = @mine, lease_until = @until WHERE id = @Id AND status IN ('saving', 'uploading') AND upload_id = @old AND lease_until < @now", mine), cancellationToken);
        if (taken == 1 && await data.TryRemoveUploadAsync(image, () => HoldsAsync(image.Id, mine.mine), cancellationToken))
        {
            LogTakenBack(logger, image.Id);
            await database.WriteAsync(session => UploadRecords.GiveUpAsync(
                session, image.Id, mine.mine, image.Status, "The upload ended without a word; nothing was stored.", DbTime.Now(time)), cancellationToken);
        }
    }

    private async Task<bool> HoldsAsync(string id, string uploadId) => await database.WriteAsync(
        session => UploadRecords.RenewAsync(session, id, uploadId, Lease.EndOf(options.UploadLease, time)), CancellationToken.None) > 0;

    private Task<List<ImageRow>> RowsAsync(string sql, CancellationToken cancellationToken) =>
        database.ReadAsync(session => session.QueryAsync<ImageRow>(sql, new { now = DbTime.Now(time), left = DbTime.Of(time.GetUtcNow() - options.UploadLease) }), cancellationToken);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The upload of image {Id} ended without a word; the image is queued again and nothing of it is stored.")]
    private static partial void LogTakenBack(ILogger logger, string id);

    [LoggerMessage(Level = LogLevel.Error, Message = "What was left half done could not be finished; that is tried again.")]
    private static partial void LogFailed(ILogger logger, Exception error);
}
