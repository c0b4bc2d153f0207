using GlanceStore.ImageService.Database;

namespace GlanceStore.ImageService.Transfers;

/// <summary>The reserved store in which data wait for their import. It is shared by all processes, as the other stores are.</summary>
internal sealed class StagingArea(ServiceDatabase database, ImageStores stores, ServiceOptions options)
{
    /// <summary>The store; null where there is none, and then nothing can be staged.</summary>
    public IImageStore? Store => options.Staging is { } id ? stores[id] : stores.Reserved.FirstOrDefault();

    /// <summary>Removes what was staged of an image that is not imported any more. Only then something else can be staged.</summary>
    public async Task CleanAsync(string imageId, CancellationToken cancellationToken)
    {
        if (Store is { } store)
        {
            await store.DeleteAsync(store.LocationOf(new ImageId(imageId)), cancellationToken: cancellationToken);
        }

        await database.WriteAsync(session => session.ExecuteAsync(
            "UPDATE images SET staged = NULL WHERE id = @imageId AND status NOT IN ('uploading', 'importing')", new { imageId }), cancellationToken);
    }
}
