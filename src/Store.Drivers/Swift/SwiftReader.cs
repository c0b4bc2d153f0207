using System.Globalization;
using System.Net;
using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.Swift;

/// <summary>The body of an answer: never more bytes than were announced, and an error where there are fewer.</summary>
internal sealed class SwiftReader(HttpResponseMessage answer, Stream body, StoredObject stored, long length) : DriverReader
{
    private long _left = length;

    public override StoredObject Object => stored;

    /// <summary>How long an answer's body is and how large the whole; null where the server does not say.</summary>
    public static (long? Length, long? Size) Measure(HttpResponseMessage answer, ByteRange? range)
    {
        var length = answer.Content.Headers.ContentLength;
        if (range is not { } asked)
        {
            return (length, length);
        }

        if (answer.StatusCode == HttpStatusCode.PartialContent && length is not null && ContentRange.SizeIn(SwiftHeaders.Text(answer, "Content-Range"), asked.Offset) is { } size)
        {
            return (length, size);
        }

        return asked.Offset == 0 && length is { } whole && asked.Within(whole).Length == whole
            ? (whole, whole)
            : throw new StoreException(StoreError.Unsupported, string.Create(CultureInfo.InvariantCulture,
                $"The server answered a range from byte {asked.Offset} on with other bytes ({(int)answer.StatusCode})."));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_left == 0)
        {
            return 0;
        }

        var count = await SwiftErrors.RunAsync($"Reading {stored.Location}",
            () => body.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false);
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
}
