using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Events;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Transfers;

/// <summary>DELETE of an image, and of its copy in one store. What a store does not give up at once is removed later, by any process.</summary>
internal sealed class ImageRemoval(ServiceDatabase database, ImageStores stores, DataRemoval data, TimeProvider time)
{
    public async Task DeleteAsync(HttpContext context, string id)
    {
        var caller = Caller.Of(context);
        await database.WriteAsync(async session =>
        {
            var image = await ImageTable.OwnedAsync(session, caller, id);
            var changed = await session.ExecuteAsync(
                """
                UPDATE images SET status_before = status, status = 'pending_delete', updated_at = @now
                WHERE id = @id AND protected = 0 AND status NOT IN ('pending_delete', 'deleted')
                """,
                new { id, now = DbTime.Now(time) });
            return changed == 1 ? changed
                : image.Row.Protected != 0 ? throw ApiException.Forbidden($"Image {id} is protected and cannot be deleted.")
                : throw ApiException.NoImage(id);
        }, context.RequestAborted);
        await data.RemoveImageAsync(id, InUse.IsTold, CancellationToken.None);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public async Task DeleteFromStoreAsync(HttpContext context, string store, string id)
    {
        var caller = Caller.Of(context);
        if (!stores.TryGet(store, out var known))
        {
            throw ApiException.Conflict($"There is no store '{store}'; there is {string.Join(", ", stores.Ids)}.");
        }

        await database.WriteAsync(async session =>
        {
            var image = await ImageTable.OwnedAsync(session, caller, id);
            session.Tell(EventTypes.Update, id);
            return image.Locations.All(place => place.Store != known.Id) ? throw ApiException.Forbidden($"Image {id} is not stored in the store '{store}'.")
                : image.Locations.Count < 2 ? throw ApiException.Forbidden($"Image {id} is in no store but '{store}'; delete the image to remove its last copy.")
                : await session.ExecuteAsync(
                    "UPDATE image_locations SET status = 'pending_delete' WHERE image_id = @id AND store = @from AND status = 'active'", new { id, from = known.Id });
        }, context.RequestAborted);
        await data.RemovePlacesAsync(id, InUse.IsTold, CancellationToken.None);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
