using System.Globalization;
using GlanceStore.ImageService.Http;

namespace GlanceStore.ImageService.Transfers;

/// <summary>Reads the header Range (RFC 9110), of which the API takes one range.</summary>
internal static class RangeHeader
{
    private const string Unit = "bytes=";

    /// <summary>The range, cut to an image of <paramref name="size"/> bytes; null where the header is not there.</summary>
    /// <exception cref="ApiException">400: several ranges, or none that can be read; 416: it begins beyond the end.</exception>
    public static ByteRange? Of(string header, long size)
    {
        if (header.Length == 0)
        {
            return null;
        }

        var parts = header.StartsWith(Unit, StringComparison.OrdinalIgnoreCase) ? header[Unit.Length..].Trim().Split('-') : [];
        if (header.Contains(',') || parts.Length != 2)
        {
            throw Malformed(header);
        }

        var (first, last) = (NumberOf(parts[0], header), NumberOf(parts[1], header));
        return (first, last) switch
        {
            (null, null) => throw Malformed(header),
            (null, 0) => throw OutOfReach(size),
            (null, { } length) => size == 0 ? throw OutOfReach(size) : new ByteRange(Math.Max(0, size - length)).Within(size),
            ({ } offset, _) when offset >= size => throw OutOfReach(size),
            ({ } offset, null) => new ByteRange(offset).Within(size),
            ({ } offset, { } end) => end < offset ? throw Malformed(header) : new ByteRange(offset, Math.Min(end, size - 1) - offset + 1),
        };
    }

    private static long? NumberOf(string text, string header) =>
        text.Length == 0 ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw Malformed(header);

    private static ApiException Malformed(string header) => ApiException.BadRequest($"The header Range is one range such as bytes=0-1023, and this one is {(header.Length > 64 ? header[..64] : header)}.");

    private static ApiException OutOfReach(long size) =>
        new(StatusCodes.Status416RangeNotSatisfiable, $"The range begins beyond the end of the image, which has {size} bytes.");
}
