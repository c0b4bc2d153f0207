using System.Globalization;

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

    /// <summary>Whether two tags tell versions apart: both are ETags, or both are times.</summary>
    public static bool AreAlike(string one, string? other) =>
        other is not null && one.StartsWith(ModifiedPrefix, StringComparison.Ordinal) == other.StartsWith(ModifiedPrefix, StringComparison.Ordinal);
}
