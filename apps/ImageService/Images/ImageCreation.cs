using System.Text.Json;
using System.Text.RegularExpressions;
using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Events;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Imports;

namespace GlanceStore.ImageService.Images;

/// <summary>POST of an image: its row, and no data yet.</summary>
internal sealed partial class ImageCreation(ServiceDatabase database, ImageJson json, ImageStores stores, ImageImports imports, ServiceOptions options, TimeProvider time)
{
    public async Task CreateAsync(HttpContext context)
    {
        var caller = Caller.Of(context);
        Rules.RequireWriter(caller);
        using var body = await JsonBody.ReadAsync(context);
        var edit = EditOf([.. JsonBody.MembersOf(body)], caller);
        var image = await database.WriteAsync(session => InsertAsync(session, edit), context.RequestAborted);
        context.Response.Headers.Location = $"{context.Request.Scheme}://{context.Request.Host}/v2/images/{image.Row.Id}";
        context.Response.Headers["OpenStack-image-import-methods"] = string.Join(',', imports.Methods);
        context.Response.Headers["OpenStack-image-store-ids"] = string.Join(',', stores.Ids);
        await JsonBody.WriteAsync(context, json.Of(image, caller), StatusCodes.Status201Created);
    }

    /// <summary>A new image with these members, checked and not yet written.</summary>
    /// <exception cref="ApiException">One of them is not of its form, or not the caller's to give.</exception>
    public ImageEdit EditOf(IReadOnlyList<JsonProperty> members, Caller caller)
    {
        var edit = new ImageEdit(caller, new ImageRecord(new ImageRow
        {
            Id = IdOf(members),
            Status = ImageStatus.Queued,
            Visibility = "shared",
            Owner = caller.Project,
            IdGiven = members.Any(member => member.Name == "id") ? 1 : 0,
        }), options.Quotas);

        // What was found out about another image comes back here when nova makes a snapshot of its server: of this one it says nothing.
        foreach (var member in members.Where(member => member.Name != "id" && !member.Name.StartsWith(ImageProperties.OwnPrefix, StringComparison.Ordinal)))
        {
            edit.Set(member.Name, member.Value);
        }

        return edit;
    }

    private static string IdOf(IReadOnlyList<JsonProperty> members)
    {
        if (!members.Any(member => member.Name == "id"))
        {
            return Guid.NewGuid().ToString("D");
        }

        var id = JsonBody.TextOf(members.First(member => member.Name == "id").Value, "id", ImageProperty.MaxText);
        return Uuid().IsMatch(id) ? id : throw ApiException.BadRequest("image id does not look like a UUID: 'id' is one such as 12345678-1234-1234-1234-123456789abc.");
    }

    /// <summary>Writes a new image, queued, and tells so.</summary>
    /// <exception cref="ApiException">409: its id was given already.</exception>
    public async Task<ImageRecord> InsertAsync(DbSession session, ImageEdit edit)
    {
        // Ids of images that were deleted are not given again: somebody may hold a copy under that name.
        var id = edit.Image.Row.Id;
        if (!await ImageWriting.TryInsertAsync(session, edit, DbTime.Now(time)))
        {
            throw ApiException.Conflict($"Image ID {id} already exists!");
        }

        session.Tell(EventTypes.Create, id);
        var row = await session.FindAsync<ImageRow>("SELECT i.* FROM images i WHERE i.id = @id", new { id });
        return (await ImageTable.CompleteAsync(session, [row!]))[0];
    }

    [GeneratedRegex(@"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Uuid();
}
