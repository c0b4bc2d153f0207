using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Events;
using GlanceStore.ImageService.Http;

namespace GlanceStore.ImageService.Images;

/// <summary>PUT and DELETE of one tag.</summary>
internal sealed class ImageTags(ServiceDatabase database, ServiceOptions options, TimeProvider time)
{
    public Task AddAsync(HttpContext context, string id)
    {
        var tag = JsonBody.Checked(LastName.Of(context), "a tag", ImageProperty.MaxText);
        return ChangeAsync(context, id, async session =>
        {
            await session.ExecuteAsync("INSERT INTO image_tags (image_id, value) VALUES (@id, @tag) ON CONFLICT DO NOTHING", new { id, tag });
            var count = await session.FindAsync<long>("SELECT COUNT(*) FROM image_tags WHERE image_id = @id", new { id });
            if (count > options.Quotas.Tags)
            {
                throw ImageEdit.TooManyTags(count, options.Quotas);
            }
        });
    }

    public Task RemoveAsync(HttpContext context, string id)
    {
        var tag = LastName.Of(context);
        return ChangeAsync(context, id, async session =>
        {
            if (await session.ExecuteAsync("DELETE FROM image_tags WHERE image_id = @id AND value = @tag", new { id, tag }) == 0)
            {
                throw ApiException.NotFound($"Image {id} has no tag '{tag}'.");
            }
        });
    }

    private async Task ChangeAsync(HttpContext context, string id, Func<DbSession, Task> change)
    {
        var caller = Caller.Of(context);
        await database.WriteAsync(async session =>
        {
            await ImageTable.OwnedAsync(session, caller, id);
            await change(session);
            session.Tell(EventTypes.Update, id);
            return await session.ExecuteAsync("UPDATE images SET updated_at = @now WHERE id = @id", new { id, now = DbTime.Now(time) });
        }, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
