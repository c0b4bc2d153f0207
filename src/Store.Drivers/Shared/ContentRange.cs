using System.Globalization;

namespace GlanceStore.Drivers.Shared;

/// <summary>Which bytes an answer holds, and of how many (RFC 9110, 14.4): <c>Content-Range: bytes 0-99/1000</c>.</summary>
/// <param name="First">The offset of its first byte.</param>
/// <param name="Last">The offset of its last byte.</param>
/// <param name="Size">The size of the whole; null where the server does not tell it and writes <c>*</c>.</param>
internal readonly record struct ContentRange(long First, long Last, long? Size)
{
    private const string Unit = "bytes";

    /// <summary>How many bytes it has.</summary>
    public long Length => Last - First + 1;

    /// <summary>Whether it holds all bytes of the whole.</summary>
    public bool IsWhole => First == 0 && Length == Size;

    /// <summary>Reads the header; null where it is missing, malformed or contradicts itself. Units are read in any case (RFC 9110, 14.1).</summary>
    public static ContentRange? Parse(string? header)
    {
        var text = header.AsSpan().Trim();
        if (!text.StartsWith(Unit, StringComparison.OrdinalIgnoreCase) || text.Length == Unit.Length || text[Unit.Length] != ' ')
        {
            return null;
        }

        text = text[Unit.Length..].TrimStart(' ');
        var (dash, slash) = (text.IndexOf('-'), text.IndexOf('/'));
        if (dash < 0 || slash < dash || Number(text[..dash]) is not { } first || Number(text[(dash + 1)..slash]) is not { } last || last < first)
        {
            return null;
        }

        return text[(slash + 1)..] is "*" ? new ContentRange(first, last, null)
            : Number(text[(slash + 1)..]) is { } size && last < size ? new ContentRange(first, last, size)
            : null;
    }

    /// <summary>
    /// The size of a version that was told before and need not be told again, as long as the answer is of the same version, which is checked by
    /// whoever takes it; null where none is pinned.
    /// </summary>
    public static long? KnownSize(ReadIntent intent) => intent.VersionTag is null ? null : intent.Size;

    private static long? Number(ReadOnlySpan<char> text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < long.MaxValue ? number : null;
}
