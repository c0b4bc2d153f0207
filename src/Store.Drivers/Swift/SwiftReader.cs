using System.Globalization;
using System.Net;
using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.Swift;

/// <summary>The body of an answer: never more bytes than were announced, and an error where there are fewer or more.</summary>
internal sealed class SwiftReader(HttpResponseMessage answer, Stream body, StoredObject stored, long length) : DriverReader
{
    private readonly byte[] _beyond = new byte[1];
    private long _left = length;

    public override StoredObject Object => stored;

    /// <summary>How long an answer's body is and how large the whole; null where the server does not say.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Unsupported"/>: it holds other bytes than were asked for, or does not say which.</exception>
    public static (long? Length, long? Size) Measure(HttpResponseMessage answer, ReadIntent intent)
    {
        RequirePlain(answer);
        var length = LengthOf(answer);
        var header = SwiftHeaders.Text(answer, "Content-Range");
        if (answer.StatusCode == HttpStatusCode.OK && header is null && (intent.Range is not { } asked || (length is { } whole && IsAll(asked, whole, intent.Size))))
        {
            return (length, length);
        }

        if (answer.StatusCode == HttpStatusCode.PartialContent && ContentRange.Parse(header) is { } part && (length ?? part.Length) == part.Length
            && (part.Size ?? ContentRange.KnownSize(intent)) is { } size && (intent.Range is { } range ? part.First == range.Offset && part.Length == range.Within(size).Length : part.IsWhole))
        {
            return (part.Length, size);
        }

        throw new StoreException(StoreError.Unsupported, string.Create(CultureInfo.InvariantCulture,
            $"The server answered {Asked(intent.Range)} with other bytes than were asked for, or does not say which they are ({(int)answer.StatusCode})."));
    }

    /// <summary>The size that an answer without bytes tells; null where it tells none.</summary>
    public static long? SizeOf(HttpResponseMessage answer)
    {
        RequirePlain(answer);
        return LengthOf(answer);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var part = _left > 0 ? buffer[..(int)Math.Min(buffer.Length, _left)] : _beyond;
        var count = await SwiftErrors.RunAsync($"Reading {stored.Location}",
            () => body.ReadAsync(part, cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false);
        if (_left == 0)
        {
            return count == 0 ? 0 : throw new StoreException(StoreError.Corrupted, $"The server sends more bytes of {stored.Location} than it announced.");
        }

        if (count == 0)
        {
            throw new StoreException(StoreError.Unavailable, string.Create(CultureInfo.InvariantCulture,
                $"The server broke off {stored.Location} {_left} bytes before the end.")) { IsTransient = true };
        }

        _left -= count;
        return count;
    }

    public override ValueTask DisposeAsync()
    {
        answer.Dispose();
        return ValueTask.CompletedTask;
    }

    // As many bytes as were asked for, and not a word of a range: it may be the part, and it may be the whole.
    private static bool IsAll(ByteRange asked, long whole, long? known) =>
        asked.Offset == 0 && asked.Within(whole).Length == whole && (known is { } size ? size == whole : asked.Length != whole);

    // With Transfer-Encoding a Content-Length is void (RFC 9112, 6.3).
    private static long? LengthOf(HttpResponseMessage answer) => answer.Headers.TransferEncodingChunked == true ? null : answer.Content.Headers.ContentLength;

    // A proxy's doing, or a property that somebody gave the object: either way these are not the bytes of an image.
    private static void RequirePlain(HttpResponseMessage answer)
    {
        if (SwiftHeaders.Text(answer, "Content-Encoding") is { Length: > 0 } coding && !coding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new StoreException(StoreError.Unsupported,
                $"The server answered in the coding '{ServerWords.Clean(coding)}', which nobody asked for: these are not the bytes of the image.");
        }
    }

    private static string Asked(ByteRange? range) => range is { } asked
        ? string.Create(CultureInfo.InvariantCulture, $"a range from byte {asked.Offset} on")
        : "a read of the whole image";
}
