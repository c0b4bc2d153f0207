using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Events;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Transfers;

/// <summary>GET of an image's data and of its receipt. What leaves was verified; a body that turns out damaged ends the connection.</summary>
internal sealed class ImageDownloads(ServiceDatabase database, ImageStores stores, DamageReports damage, SentImages sent, ServiceOptions options)
{
    // What is read of an image goes straight into the server's buffers, as much as is left of one; what is less than this is not worth a call.
    private const int LeastPiece = 16 << 10;

    private const int SentAtOnce = 256 << 10;

    public async Task DownloadAsync(HttpContext context, string id)
    {
        var (image, stored) = await FindAsync(context, id, session => Locations.FindAsync(session, id));
        while (stored is { Receipt.Size: > 0 })
        {
            try
            {
                await ServeAsync(context, image.Row, stored);
                return;
            }
            catch (StoreException) when (!context.Response.HasStarted)
            {
                // Where the image has other data by now, those that were looked for may be gone since.
                var tried = stored;
                (image, stored) = await FindAsync(context, id, session => Locations.FindAsync(session, id));
                if (stored is null || stored.Places.SequenceEqual(tried.Places))
                {
                    throw;
                }
            }
        }

        context.Response.ContentLength = null;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>What an agent needs to read the image from a store itself, and to verify it: an extension of the API.</summary>
    public async Task ReceiptAsync(HttpContext context, string id)
    {
        if (!options.ShowReceipts)
        {
            Rules.RequireAdmin(Caller.Of(context), "see the receipts of images");
        }

        var store = context.Request.Query["store"].ToString() is { Length: > 0 } named ? named : null;
        var (_, receipt) = await FindAsync(context, id, session => Locations.FindReceiptAsync(session, id, store));
        if (receipt is null)
        {
            throw ApiException.NotFound(store is null ? $"Image {id} has no data." : $"Image {id} has no data in the store '{store}'.");
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(receipt, context.RequestAborted);
    }

    private async Task ServeAsync(HttpContext context, ImageRow image, StoredData stored)
    {
        var size = stored.Receipt.Size;
        var range = RangeOf(context, size);
        var found = damage.Of(image.Id);
        var read = ReadOptions.Verify(stored.Receipt) with { Range = range, Failovers = found };
        try
        {
            await using var data = await stores.OpenReadAsync(stored.Places, read, context.RequestAborted);
            Announce(context.Response, image, size, range);
            await SendAsync(context, image, data);
        }
        catch (StoreException e)
        {
            found.Report(e);
            throw;
        }
    }

    // Nothing is sent before the first piece is there and verified: until then an error is an answer of its own. So that piece goes by itself: what waits to be sent would
    // stand before the error.
    private async Task SendAsync(HttpContext context, ImageRow image, ImageReadStream data)
    {
        var (body, length, count) = (context.Response.BodyWriter, context.Response.ContentLength!.Value, 0L);
        try
        {
            for (var read = 1; read > 0;)
            {
                var (unsent, most) = (0, count == 0 ? 1 : SentAtOnce);
                while (unsent < most && (read = await data.ReadAsync(body.GetMemory(LeastPiece), Until(count + unsent))) > 0)
                {
                    body.Advance(read);
                    unsent += read;
                }

                await body.FlushAsync(Until(count + unsent));
                count += unsent;
            }
        }
        finally
        {
            await sent.TellAsync(image, Caller.Of(context), count, length);
        }

        // A client that has all of it may go before that is known here.
        CancellationToken Until(long bytes) => bytes < length ? context.RequestAborted : CancellationToken.None;
    }

    private async Task<(ImageRecord Image, T? Found)> FindAsync<T>(HttpContext context, string id, Func<DbSession, Task<T?>> find) where T : class
    {
        var caller = Caller.Of(context);
        return await database.ReadAsync(async session =>
        {
            var image = await ImageTable.VisibleAsync(session, caller, id);
            return image.Row.Status == ImageStatus.Deactivated && !caller.IsAdmin
                ? throw ApiException.Forbidden("The requested image has been deactivated. Image data download is forbidden.")
                : (image, await find(session));
        }, context.RequestAborted);
    }

    private static ByteRange? RangeOf(HttpContext context, long size)
    {
        try
        {
            return RangeHeader.Of(context.Request.Headers.Range.ToString(), size);
        }
        catch (ApiException e) when (e.Status == StatusCodes.Status416RangeNotSatisfiable)
        {
            context.Response.Headers.ContentRange = $"bytes */{size}";
            throw;
        }
    }

    private static void Announce(HttpResponse response, ImageRow image, long size, ByteRange? range)
    {
        response.ContentType = "application/octet-stream";
        response.Headers.AcceptRanges = "bytes";
        response.ContentLength = range?.Length ?? size;
        if (range is { } part)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = $"bytes {part}/{size}";
        }
        else
        {
            // In hexadecimal, as Glance has it and its clients compare it. Of a part it would be the wrong digest.
            response.Headers.ContentMD5 = image.Checksum;
        }
    }
}
