using System.Net;
using Amazon.Runtime.Internal.Util;
using Amazon.S3.Model;
using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.S3;

internal sealed class S3Reader : DriverReader
{
    private readonly GetObjectResponse _answer;
    private readonly Stream _body;
    private long _left;

    private S3Reader(GetObjectResponse answer, StoredObject stored, long length)
    {
        _answer = answer;
        _left = length;
        Object = stored;

        // The SDK wraps whole objects to compute their MD5 once more; what verifies a read is the front.
        _body = answer.ResponseStream is WrapperStream wrapper ? wrapper.GetNonWrapperBaseStream() : answer.ResponseStream;
    }

    public override StoredObject Object { get; }

    public static S3Reader Open(GetObjectResponse answer, long length, ByteRange? range, Func<long, StoredObject> describe)
    {
        if (range is not { } asked)
        {
            return new S3Reader(answer, describe(length), length);
        }

        if (answer.HttpStatusCode == HttpStatusCode.PartialContent && ContentRange.SizeIn(answer.ContentRange, asked.Offset) is { } size)
        {
            return new S3Reader(answer, describe(size), length);
        }

        return asked.Offset == 0 && asked.Within(length).Length == length
            ? new S3Reader(answer, describe(length), length)
            : throw new StoreException(StoreError.Unsupported,
                $"The server answered a range from byte {asked.Offset} on with other bytes ({(int)answer.HttpStatusCode} '{answer.ContentRange}').");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_left == 0)
        {
            return 0;
        }

        var count = await S3Errors.RunAsync($"Reading {Object.Location}", StoreError.Changed,
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
        _answer.Dispose();
        return ValueTask.CompletedTask;
    }
}
