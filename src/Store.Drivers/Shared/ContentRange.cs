using System.Globalization;

namespace GlanceStore.Drivers.Shared;

/// <summary>What an answer to a range says of the whole: <c>Content-Range: bytes 0-99/1000</c>.</summary>
internal static class ContentRange
{
    /// <summary>The size of the whole, where the range begins at the offset; null where it does not, or the header tells nothing.</summary>
    public static long? SizeIn(string? header, long offset)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"bytes {offset}-");
        var slash = header?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        return slash > 0 && header!.StartsWith(prefix, StringComparison.Ordinal)
            && long.TryParse(header.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? size
            : null;
    }
}
