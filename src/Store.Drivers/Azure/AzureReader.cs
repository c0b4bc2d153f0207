using Azure.Storage.Blobs.Models;
using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.Azure;

/// <summary>The body of an answer, as the connection gives it.</summary>
internal sealed class AzureReader : DriverReader
{
    private readonly BlobDownloadStreamingResult _answer;
    private readonly Stream _body;
    private readonly string _reading;
    private long _left;

    private AzureReader(BlobDownloadStreamingResult answer, Stream body, StoredObject stored)
    {
        _answer = answer;
        _body = body;
        _reading = $"Reading {stored.Location}";
        _left = answer.Details.ContentLength;
        Object = stored;
    }

    public override StoredObject Object { get; }

    /// <summary>Takes an answer over, once it is sure that it is the one asked for.</summary>
    public static AzureReader Open(BlobDownloadStreamingResult answer, Stream body, ByteRange? range, Func<long, StoredObject> describe)
    {
        var length = answer.Details.ContentLength;
        var first = range?.Offset ?? 0;
        var size = answer.Details.ContentRange is { Length: > 0 } partial ? ContentRange.SizeIn(partial, first) : first == 0 ? length : null;
        if (size is not { } whole || length != (range is { } asked ? asked.Within(whole).Length : whole))
        {
            throw new StoreException(StoreError.Unsupported,
                $"The server answered a range from byte {first} on with other bytes ('{answer.Details.ContentRange}', {length} bytes).");
        }

        return new AzureReader(answer, body, describe(whole));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_left == 0)
        {
            return 0;
        }

        var count = await AzureErrors.RunAsync(_reading, StoreError.Changed,
            () => _body.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false);
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
}
