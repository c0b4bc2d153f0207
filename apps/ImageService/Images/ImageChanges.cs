using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Events;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Transfers;
using Microsoft.Net.Http.Headers;

namespace GlanceStore.ImageService.Images;

/// <summary>GET and PATCH of one image, and what takes it out of use and back.</summary>
internal sealed class ImageChanges(ServiceDatabase database, ImageJson json, LocationChanges locations, ServiceOptions options, TimeProvider time)
{
    public async Task ShowAsync(HttpContext context, string id)
    {
        var caller = Caller.Of(context);
        var image = await database.ReadAsync(session => ImageTable.VisibleAsync(session, caller, id), context.RequestAborted);
        await JsonBody.WriteAsync(context, json.Of(image, caller));
    }

    public async Task PatchAsync(HttpContext context, string id)
    {
        var caller = Caller.Of(context);
        var isVersion20 = VersionOf(context) == ImagePatch.Version20;
        using var body = await JsonBody.ReadAsync(context);
        var patch = ImagePatch.Read(body, isVersion20);
        var image = patch.HasLocations
            ? await PatchLocationsAsync(caller, id, patch, context.RequestAborted)
            : await database.WriteAsync(session => ApplyAsync(session, caller, id, patch, null), context.RequestAborted);
        await JsonBody.WriteAsync(context, json.Of(image, caller));
    }

    public Task DeactivateAsync(HttpContext context, string id) => SwitchAsync(context, id, ImageStatus.Deactivated);

    public Task ReactivateAsync(HttpContext context, string id) => SwitchAsync(context, id, ImageStatus.Active);

    private async Task<ImageRecord> PatchLocationsAsync(Caller caller, string id, ImagePatch patch, CancellationToken cancellationToken)
    {
        var plan = await locations.PrepareAsync(caller, id, patch, cancellationToken);
        ImageRecord image;
        try
        {
            image = await database.WriteAsync(session => ApplyAsync(session, caller, id, patch, plan), cancellationToken);
        }
        catch
        {
            await locations.AbandonAsync(plan);
            throw;
        }

        await plan.DisposeAsync();
        await locations.FinishAsync(id);
        return image;
    }

    private async Task<ImageRecord> ApplyAsync(DbSession session, Caller caller, string id, ImagePatch patch, LocationPlan? plan)
    {
        var image = await ImageTable.OwnedAsync(session, caller, id);
        var edit = new ImageEdit(caller, plan?.Seen(image) ?? image, options.Quotas);
        patch.Apply(edit);
        await ImageWriting.UpdateAsync(session, edit, DbTime.Now(time));
        session.Tell(EventTypes.Update, id);
        if (plan is not null)
        {
            await locations.WriteAsync(session, plan, edit);
        }

        // Whatever the patch made of its rights: the answer is the image as it is now.
        var row = await session.FindAsync<ImageRow>("SELECT i.* FROM images i WHERE i.id = @id", new { id });
        return (await ImageTable.CompleteAsync(session, [row!]))[0];
    }

    private async Task SwitchAsync(HttpContext context, string id, string status)
    {
        var caller = Caller.Of(context);
        await database.WriteAsync(async session =>
        {
            var image = await ImageTable.OwnedAsync(session, caller, id);
            var changed = await session.ExecuteAsync(
                "UPDATE images SET status = @status, updated_at = @now WHERE id = @id AND status IN ('active', 'deactivated')",
                new { id, status, now = DbTime.Now(time) });
            session.Tell(EventTypes.Update, id);
            return changed == 1
                ? changed
                : throw ApiException.Forbidden($"Image {id} is {image.Row.Status}; only an active image is deactivated, and only a deactivated one reactivated.");
        }, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static string VersionOf(HttpContext context)
    {
        if (MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            && type.MediaType.Value?.ToLowerInvariant() is (ImagePatch.Version21 or ImagePatch.Version20) and var version)
        {
            return version;
        }

        context.Response.Headers["Accept-Patch"] = $"{ImagePatch.Version21}, {ImagePatch.Version20}";
        throw new ApiException(StatusCodes.Status415UnsupportedMediaType, $"A patch of an image has the content type {ImagePatch.Version21}.");
    }
}
