using System.Globalization;
using System.Net;
using Azure;
using Azure.Storage.Blobs.Models;
using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.Azure;

/// <summary>The body of an answer, as the connection gives it: never more bytes than were announced, and an error where there are fewer or more.</summary>
internal sealed class AzureReader : DriverReader
{
    private readonly BlobDownloadStreamingResult _answer;
    private readonly Stream _body;
    private readonly string _reading;
    private readonly byte[] _beyond = new byte[1];
    private long _left;

    private AzureReader(BlobDownloadStreamingResult answer, Stream body, StoredObject stored, long length)
    {
        _answer = answer;
        _body = body;
        _reading = $"Reading {stored.Location}";
        _left = length;
        Object = stored;
    }

    public override StoredObject Object { get; }

    /// <summary>Takes an answer over, once it is sure that it is the one asked for.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Unsupported"/>: it holds other bytes, or does not say which.</exception>
    public static AzureReader Open(
        Response<BlobDownloadStreamingResult> answer, Stream body, ReadIntent intent, ImageLocation location, Func<long, StoredObject> describe)
    {
        var head = answer.GetRawResponse();
        RequirePlain(head, location);
        var (length, header) = (LengthOf(head), Header(head, "Content-Range"));
        if (head.Status == (int)HttpStatusCode.OK && header is null && length is { } whole && (intent.Range is not { } asked || IsAll(asked, whole, intent.Size)))
        {
            return new AzureReader(answer.Value, body, describe(whole), whole);
        }

        if (head.Status == (int)HttpStatusCode.PartialContent && ContentRange.Parse(header) is { } part && (length ?? part.Length) == part.Length
            && (part.Size ?? ContentRange.KnownSize(intent)) is { } size && (intent.Range is { } range ? part.First == range.Offset && part.Length == range.Within(size).Length : part.IsWhole))
        {
            return new AzureReader(answer.Value, body, describe(size), part.Length);
        }

        if (head.Status == (int)HttpStatusCode.PartialContent && length == 0 && SizeOfNothing(header) is { } end && (intent.Range?.Offset ?? 0) >= end)
        {
            return end == 0
                ? new AzureReader(answer.Value, body, describe(0), 0)
                : throw new StoreException(StoreError.InvalidRange, $"The range {intent.Range} begins beyond the end of {location}, which has {end} bytes.");
        }

        throw new StoreException(StoreError.Unsupported, string.Create(CultureInfo.InvariantCulture,
            $"The server answered {Asked(intent.Range)} with other bytes than were asked for, or does not say which they are ({head.Status}, '{ServerWords.Clean(header)}')."));
    }

    /// <summary>The size that an answer without bytes tells.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Unsupported"/>: it tells none, for which the SDK would say 0.</exception>
    public static long SizeOf(Response head, ImageLocation location)
    {
        RequirePlain(head, location);
        return LengthOf(head) ?? throw new StoreException(StoreError.Unsupported,
            $"The server does not say how large {location} is, so nobody could tell whether all of it arrived; check for a proxy that drops Content-Length.");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var part = _left > 0 ? buffer[..(int)Math.Min(buffer.Length, _left)] : _beyond;
        var count = await AzureErrors.RunAsync(_reading, StoreError.Changed, () => _body.ReadAsync(part, cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false);
        if (_left == 0)
        {
            return count == 0 ? 0 : throw new StoreException(StoreError.Corrupted, $"The server sends more bytes of {Object.Location} than it announced.");
        }

        if (count == 0)
        {
            throw new StoreException(StoreError.Unavailable, $"The server broke off {Object.Location} {_left} bytes before the end.") { IsTransient = true };
        }

        _left -= count;
        return count;
    }

    public override ValueTask DisposeAsync()
    {
        _body.Dispose();
        _answer.Dispose();
        return ValueTask.CompletedTask;
    }

    // As many bytes as were asked for, and not a word of a range: it may be the part, and it may be the whole.
    private static bool IsAll(ByteRange asked, long whole, long? known) =>
        asked.Offset == 0 && asked.Within(whole).Length == whole && (known is { } size ? size == whole : asked.Length != whole);

    // With Transfer-Encoding a Content-Length is void (RFC 9112, 6.3).
    private static long? LengthOf(Response head) => Header(head, "Transfer-Encoding") is null && long.TryParse(
        Header(head, "Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : null;

    // Azurite (3.37) answers a range from the end on with 206 and no bytes, "bytes 100-99/100" or "bytes 0--1/0", where the service says 416.
    private static long? SizeOfNothing(string? header) =>
        header?.Split(' ', '/') is ["bytes", var range, var size] && range.IndexOf('-', StringComparison.Ordinal) is > 0 and var dash
        && long.TryParse(range.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var first)
        && long.TryParse(range.AsSpan(dash + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var last) && last < first
        && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var all)
            ? all
            : null;

    // A proxy's doing, or a property that somebody gave the blob: either way these are not the bytes of an image.
    private static void RequirePlain(Response head, ImageLocation location)
    {
        if (Header(head, "Content-Encoding") is { Length: > 0 } coding && !coding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new StoreException(StoreError.Unsupported,
                $"The server answered in the coding '{ServerWords.Clean(coding)}' for {location}, which nobody asked for: these are not the bytes of the image.");
        }
    }

    private static string? Header(Response head, string name) => head.Headers.TryGetValue(name, out var value) ? value : null;

    private static string Asked(ByteRange? range) => range is { } asked
        ? string.Create(CultureInfo.InvariantCulture, $"a range from byte {asked.Offset} on")
        : "a read of the whole image";
}
