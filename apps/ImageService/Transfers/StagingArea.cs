using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Transfers;

/// <summary>The reserved store in which data wait for their import. It is shared by all processes, as the other stores are.</summary>
internal sealed class StagingArea(ServiceDatabase database, ImageStores stores, ServiceOptions options, TimeProvider time)
{
    /// <summary>The store; null where there is none, and then nothing can be staged.</summary>
    public IImageStore? Store => options.Staging is { } id ? stores[id] : stores.Reserved.FirstOrDefault();

    /// <summary>
    /// Removes what was staged of an image that is not imported any more. Only then something else can be staged, and one process at a time does it: whoever came late
    /// would remove that.
    /// </summary>
    public async Task CleanAsync(string imageId, CancellationToken cancellationToken)
    {
        var token = Guid.NewGuid().ToString("N");
        var claimed = await database.WriteAsync(session => session.ExecuteAsync(
            """
            UPDATE images SET cleaned_by = @token, cleaned_until = @until
            WHERE id = @imageId AND staged IS NOT NULL AND status NOT IN ('uploading', 'importing') AND (cleaned_until IS NULL OR cleaned_until < @now)
            """,
            new { imageId, token, until = Lease.EndOf(options.UploadLease, time), now = DbTime.Now(time) }), cancellationToken);
        if (claimed == 1)
        {
            var isDone = false;
            try
            {
                isDone = Store is not { } store || await TryRemoveAsync(store, imageId, token, cancellationToken);
            }
            finally
            {
                await EndAsync(imageId, token, isDone);
            }
        }
    }

    private async Task<bool> TryRemoveAsync(IImageStore store, string imageId, string token, CancellationToken cancellationToken)
    {
        await using var lease = new Lease(database, options.UploadLease, time, (session, until) => RenewAsync(session, imageId, token, until), cancellationToken);
        return await Leftovers.TryRemoveAsync(store, new ImageId(imageId), async () => await database.WriteAsync(
            session => RenewAsync(session, imageId, token, Lease.EndOf(options.UploadLease, time)), CancellationToken.None) > 0, lease.Token);
    }

    private static Task<int> RenewAsync(DbSession session, string imageId, string token, long until) => session.ExecuteAsync(
        "UPDATE images SET cleaned_until = @until WHERE id = @imageId AND cleaned_by = @token", new { imageId, token, until });

    private Task<int> EndAsync(string imageId, string token, bool isDone) => database.WriteAsync(session => session.ExecuteAsync(
        $"UPDATE images SET cleaned_by = NULL, cleaned_until = NULL{(isDone ? ", staged = NULL" : "")} WHERE id = @imageId AND cleaned_by = @token",
        new { imageId, token }), CancellationToken.None);
}
