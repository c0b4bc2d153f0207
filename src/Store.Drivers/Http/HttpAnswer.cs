using System.Net;
using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.Http;

/// <summary>What a final answer says of the image, read strictly: a length that does not add up is an error here and not a short image later.</summary>
internal static class HttpAnswer
{
    /// <summary>
    /// Which bytes of the image the body holds; null where the answer does not say. Servers say it beside a 200 as well, and then it holds
    /// no more either.
    /// </summary>
    public static ContentRange? PartOf(HttpResponseMessage response) => ContentRange.Parse(RangeIn(response));

    /// <summary>Whether the answer claims to hold a part, understood or not.</summary>
    public static bool IsPart(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.PartialContent || (response.StatusCode == HttpStatusCode.OK && RangeIn(response) is not null);

    /// <summary>
    /// How long the body is; null where nothing governs that. Beside a Transfer-Encoding a Content-Length is void (RFC 9112, 6.3).
    /// </summary>
    public static long? LengthOf(HttpResponseMessage response) =>
        response.Headers.TransferEncoding.Count > 0 ? null : response.Content.Headers.ContentLength;

    /// <summary>The size of the whole image; null where the answer does not tell.</summary>
    public static long? SizeOf(HttpResponseMessage response) => response.StatusCode switch
    {
        HttpStatusCode.OK or HttpStatusCode.PartialContent when IsPart(response) => PartOf(response)?.Size,
        HttpStatusCode.OK => LengthOf(response),

        // The only byte that an empty image has not got is the first.
        HttpStatusCode.RequestedRangeNotSatisfiable => response.Content.Headers.ContentRange?.Length,
        _ => null,
    };

    /// <summary>
    /// Whether a body may be the image as well as the part that was asked for: it is just as long as the part, and the answer does not say
    /// which of them it is.
    /// </summary>
    public static bool IsEither(HttpResponseMessage response, ByteRange? asked) =>
        asked is { Offset: 0, Length: { } length } && response.StatusCode == HttpStatusCode.OK && !IsPart(response) && LengthOf(response) == length;

    public static StoredObject Describe(HttpResponseMessage response, ImageLocation location, long size) =>
        new(location, size, VersionTags.Of(response, size), response.Content.Headers.LastModified);

    /// <summary>Refuses bytes that are not the image's own, or nobody knows which.</summary>
    public static void CheckBody(HttpResponseMessage response, ImageLocation location)
    {
        CheckEncoding(response, location);
        if (IsPart(response) && PartOf(response) is null)
        {
            throw HttpErrors.Unusable(StoreError.Unavailable, location, "answers with a part and does not say which (Content-Range)");
        }
    }

    private static void CheckEncoding(HttpResponseMessage response, ImageLocation location)
    {
        var encodings = response.Content.Headers.ContentEncoding;
        if (encodings.Any(encoding => !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)))
        {
            throw HttpErrors.Unusable(StoreError.Unsupported, location, "sends it encoded (Content-Encoding) although it was asked not to");
        }

        if (response.Headers.TransferEncoding.Any(coding => !coding.Value.Equals("chunked", StringComparison.OrdinalIgnoreCase)))
        {
            throw HttpErrors.Unusable(StoreError.Unsupported, location, "sends it encoded (Transfer-Encoding) although it was asked not to");
        }
    }

    /// <summary>
    /// Refuses a part that is not of the range asked for. It may be shorter: then the reader's end comes early, and the rest is asked for anew.
    /// </summary>
    /// <param name="response">The answer.</param>
    /// <param name="location">The image.</param>
    /// <param name="asked">What was asked for, within the image; null for all of it, which a part is only where it holds all.</param>
    public static void CheckPart(HttpResponseMessage response, ImageLocation location, ByteRange? asked)
    {
        if (PartOf(response) is not { } part || (asked is { } range ? part.First != range.Offset : !part.IsWhole))
        {
            throw HttpErrors.Unusable(StoreError.Unavailable, location, "answers with another range than it was asked for");
        }

        if (part.Length > asked?.Length || (LengthOf(response) ?? part.Length) != part.Length)
        {
            throw HttpErrors.Unusable(StoreError.Corrupted, location, "answers with a range and a length that contradict each other");
        }
    }

    private static string? RangeIn(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Range", out var values) ? values.ToString() : null;
}
