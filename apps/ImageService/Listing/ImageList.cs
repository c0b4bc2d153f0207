using System.Text.Json.Nodes;
using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Listing;

/// <summary>Lists images, page by page, each found by what the last one of the page before had in its columns.</summary>
internal sealed class ImageList(ServiceDatabase database, ImageJson json, ServiceOptions options)
{
    private const string Path = "/v2/images";

    public async Task ListAsync(HttpContext context)
    {
        var request = ListRequest.Read(context.Request.Query, options);
        var caller = Caller.Of(context);
        var images = await database.ReadAsync(session => PageAsync(session, request, caller), context.RequestAborted);
        var answer = new JsonObject
        {
            ["images"] = new JsonArray([.. images.Select(image => json.Of(image, caller))]),
            ["first"] = PageLinks.Of(Path, context.Request.Query, null),
            ["schema"] = "/v2/schemas/images",
        };
        if (images.Count > 0 && images.Count == request.Limit)
        {
            answer["next"] = PageLinks.Of(Path, context.Request.Query, images[^1].Row.Id);
        }

        await JsonBody.WriteAsync(context, answer);
    }

    private static async Task<IReadOnlyList<ImageRecord>> PageAsync(DbSession session, ListRequest request, Caller caller)
    {
        var where = ImageFilters.Of(request, caller);
        if (request.Marker is { } marker)
        {
            where.Add(ListOrder.After(where, request.Order, await MarkerAsync(session, caller, marker)));
        }

        var rows = await session.QueryAsync<ImageRow>(
            $"SELECT i.* FROM images i WHERE {where.Text} ORDER BY {ListOrder.Text(request.Order)} LIMIT {request.Limit}", where.Values);
        return await ImageTable.CompleteAsync(session, rows);
    }

    private static async Task<ImageRow> MarkerAsync(DbSession session, Caller caller, string marker)
    {
        try
        {
            return (await ImageTable.VisibleAsync(session, caller, marker)).Row;
        }
        catch (ApiException e)
        {
            throw ApiException.BadRequest($"Invalid marker: there is no image {marker}.", e);
        }
    }
}
