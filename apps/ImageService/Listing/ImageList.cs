using System.Runtime.CompilerServices;
using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Listing;

/// <summary>Lists images, page by page, each found by what the last one of the page before had in its columns.</summary>
internal sealed class ImageList(ServiceDatabase database, ImageJson json, ServiceOptions options)
{
    private const string Path = "/v2/images";

    // So many images are read at a time: with all that they may have in properties, a page would be of hundreds of megabytes.
    private const int Portion = 50;

    public async Task ListAsync(HttpContext context)
    {
        var request = ListRequest.Read(context.Request.Query, options);
        var caller = Caller.Of(context);
        using var answer = new JsonPieces(context);
        var writer = answer.Writer;
        writer.WriteStartObject();
        writer.WriteStartArray("images");
        var (count, last) = (0, "");
        await foreach (var image in PageAsync(request, caller, context.RequestAborted))
        {
            json.Of(image, caller).WriteTo(writer);
            await answer.GrowAsync();
            (count, last) = (count + 1, image.Row.Id);
        }

        writer.WriteEndArray();
        writer.WriteString("first", PageLinks.Of(Path, context.Request.Query, null));
        writer.WriteString("schema", "/v2/schemas/images");
        if (count > 0 && count == request.Limit)
        {
            writer.WriteString("next", PageLinks.Of(Path, context.Request.Query, last));
        }

        writer.WriteEndObject();
        await answer.EndAsync();
    }

    // Portion by portion, as a client would by smaller pages. No transaction is kept open for a client that is slow to read.
    private async IAsyncEnumerable<ImageRecord> PageAsync(ListRequest request, Caller caller, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ImageRow? last = null;
        int read;
        var left = request.Limit;
        do
        {
            var (after, limit) = (last, Math.Min(left, Portion));
            var portion = await database.ReadAsync(session => PortionAsync(session, request, caller, after, limit), cancellationToken);
            foreach (var image in portion)
            {
                last = image.Row;
                yield return image;
            }

            read = portion.Count;
            left -= read;
        }
        while (left > 0 && read == Portion);
    }

    private static async Task<IReadOnlyList<ImageRecord>> PortionAsync(DbSession session, ListRequest request, Caller caller, ImageRow? after, int limit)
    {
        var where = ImageFilters.Of(request, caller);
        after ??= request.Marker is { } marker ? await MarkerAsync(session, caller, marker) : null;
        if (after is not null)
        {
            where.Add(ListOrder.After(where, request.Order, after));
        }

        var rows = await session.QueryAsync<ImageRow>(
            $"SELECT i.* FROM images i WHERE {where.Text} ORDER BY {ListOrder.Text(request.Order)} LIMIT {limit}", where.Values);
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
