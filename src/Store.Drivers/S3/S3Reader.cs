using Amazon.Runtime.Internal.Util;
using Amazon.S3.Model;

namespace GlanceStore.Drivers.S3;

internal sealed class S3Reader(GetObjectResponse answer, StoredObject stored, long length) : DriverReader
{
    private readonly Stream _body = answer.ResponseStream is WrapperStream wrapper ? wrapper.GetNonWrapperBaseStream() : answer.ResponseStream;
    private readonly string _doing = $"Reading {stored.Location}";
    private long _left = length;

    public override StoredObject Object => stored;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_left == 0)
        {
            return 0;
        }

        var count = await ReadBodyAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken).ConfigureAwait(false);
        if (count == 0)
        {
            throw new StoreException(StoreError.Unavailable, $"The server broke off {stored.Location} {_left} bytes before the end.") { IsTransient = true };
        }

        _left -= count;
        return _left > 0 || await ReadBodyAsync(new byte[1], cancellationToken).ConfigureAwait(false) == 0
            ? count
            : throw new StoreException(StoreError.Corrupted, $"The server sends more of {stored.Location} than it announced.");
    }

    public override ValueTask DisposeAsync()
    {
        answer.Dispose();
        return ValueTask.CompletedTask;
    }

    // A body comes in thousands of small reads.
    private async ValueTask<int> ReadBodyAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await _body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw S3Errors.Translate(e, _doing);
        }
    }
}
