using System.Net;

namespace GlanceStore.Drivers.Http;

/// <summary>What a final answer says of the image, read strictly: a length that does not add up is an error here and not a short image later.</summary>
internal static class HttpAnswer
{
    /// <summary>The size of the whole image; null where the answer does not tell.</summary>
    public static long? SizeOf(HttpResponseMessage response) => response.StatusCode switch
    {
        HttpStatusCode.OK => response.Content.Headers.ContentLength,
        HttpStatusCode.PartialContent => response.Content.Headers.ContentRange?.Length,

        // The only byte that an empty image has not got is the first.
        HttpStatusCode.RequestedRangeNotSatisfiable => response.Content.Headers.ContentRange?.Length,
        _ => null,
    };

    public static StoredObject Describe(HttpResponseMessage response, ImageLocation location, long size) =>
        new(location, size, VersionTags.Of(response, size), response.Content.Headers.LastModified);

    /// <summary>Refuses bytes that are not the image's own.</summary>
    public static void CheckEncoding(HttpResponseMessage response, ImageLocation location)
    {
        var encodings = response.Content.Headers.ContentEncoding;
        if (encodings.Any(encoding => !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)))
        {
            throw HttpErrors.Unusable(StoreError.Unsupported, location, "sends it encoded (Content-Encoding) although it was asked not to");
        }
    }

    /// <summary>
    /// Refuses a part that is not of the range asked for. It may be shorter: then the reader's end comes early, and the rest is asked for anew.
    /// </summary>
    public static void CheckPart(HttpResponseMessage response, ImageLocation location, ByteRange? asked)
    {
        var headers = response.Content.Headers;
        if (headers.ContentRange is not { Unit: "bytes", From: { } from, To: { } to, Length: { } size }
            || asked is not { } range || from != range.Offset || to >= size)
        {
            throw HttpErrors.Unusable(StoreError.Unavailable, location, "answers with another range than it was asked for");
        }

        var length = to - from + 1;
        if (length > range.Length || (headers.ContentLength ?? length) != length)
        {
            throw HttpErrors.Unusable(StoreError.Corrupted, location, "answers with a range and a length that contradict each other");
        }
    }
}
