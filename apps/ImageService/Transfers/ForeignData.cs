using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Transfers;

/// <summary>
/// Data that somebody else keeps in a store under the id of an image, as Glance does beside this service. Only an id that a caller chose can be such a name; data under one that was
/// made here are this service's, and what a dead transfer left of them is removed.
/// </summary>
internal sealed class ForeignData(ServiceDatabase database)
{
    /// <summary>Refuses a transfer into stores that have such data, before anything of it could be taken for the transfer's own.</summary>
    /// <exception cref="ApiException">409: one has.</exception>
    public async Task RequireNoneAsync(Caller caller, string id, IEnumerable<IImageStore> stores, CancellationToken cancellationToken)
    {
        // Of an image in any other state what is there may be its own, and its state refuses the transfer.
        var image = await database.ReadAsync(session => session.FindAsync<ImageRow>("SELECT i.* FROM images i WHERE i.id = @id", new { id }), cancellationToken);
        if (image is not { IdGiven: 1, Status: ImageStatus.Queued or ImageStatus.Uploading or ImageStatus.Active, UploadId: null } || !Rules.MayChange(caller, image))
        {
            return;
        }

        var own = await database.ReadAsync(session => session.QueryAsync<string>("SELECT store FROM image_locations WHERE image_id = @id", new { id }), cancellationToken);
        foreach (var store in stores.Where(store => !own.Contains(store.Id) && (image.Staged is null || !store.Info.IsReserved)))
        {
            if (await store.FindAsync(store.LocationOf(new ImageId(id)), cancellationToken) is not null)
            {
                throw ApiException.Conflict($"The store '{store.Id}' has data of the name {id} which are of no image here. Give the image their location, or choose another id.");
            }
        }
    }
}
