using System.Globalization;
using System.Net.Http.Headers;

namespace GlanceStore.Drivers.Http;

/// <summary>
/// What tells one version of an image from the next (RFC 9110, 8.8): the strong ETag as it is written, else the time of the last change with the
/// size. A weak ETag says that two versions are much the same, and an image is the same or it is not.
/// </summary>
internal static class VersionTags
{
    private const string ModifiedPrefix = "modified ";

    public static string? Of(HttpResponseMessage response, long size)
    {
        if (response.Headers.ETag is { IsWeak: false } tag)
        {
            return tag.Tag;
        }

        return response.Content.Headers.LastModified is { } modified
            ? string.Create(CultureInfo.InvariantCulture, $"{ModifiedPrefix}{modified:yyyy-MM-ddTHH:mm:ssZ} size {size}")
            : null;
    }

    /// <summary>Asks for the version of a tag, and for nothing where it is gone.</summary>
    /// <remarks>
    /// If-Match costs no byte where the image was replaced; If-Range protects from servers that do not know it. A date goes into
    /// If-Unmodified-Since only: in If-Range servers may call it too weak and send everything.
    /// </remarks>
    public static void Pin(HttpRequestMessage request, string versionTag)
    {
        if (EntityTagHeaderValue.TryParse(versionTag, out var tag))
        {
            request.Headers.IfMatch.Add(tag);
            request.Headers.IfRange = request.Headers.Range is null ? null : new RangeConditionHeaderValue(tag);
        }
        else if (ModifiedOf(versionTag) is { } modified)
        {
            request.Headers.IfUnmodifiedSince = modified;
        }
    }

    private static DateTimeOffset? ModifiedOf(string versionTag) =>
        versionTag.StartsWith(ModifiedPrefix, StringComparison.Ordinal)
        && DateTimeOffset.TryParse(versionTag[ModifiedPrefix.Length..].Split(' ')[0], CultureInfo.InvariantCulture, DateTimeStyles.None, out var modified)
            ? modified
            : null;
}
