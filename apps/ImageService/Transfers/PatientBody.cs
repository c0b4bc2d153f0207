using GlanceStore.ImageService.Http;

namespace GlanceStore.ImageService.Transfers;

/// <summary>The body of an upload, given up where its client sends nothing for too long.</summary>
internal sealed class PatientBody(Stream body, TimeSpan patience, TimeProvider time) : Stream
{
    private readonly CancellationTokenSource _reading = new(Timeout.InfiniteTimeSpan, time);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var ending = cancellationToken.UnsafeRegister(static reading => ((CancellationTokenSource)reading!).Cancel(), _reading);
        _reading.CancelAfter(patience);
        try
        {
            return await body.ReadAsync(buffer, _reading.Token);
        }
        catch (OperationCanceledException e) when (_reading.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(StatusCodes.Status408RequestTimeout, $"The body gave nothing for {patience.TotalSeconds:0} s; nothing was stored.", e);
        }
        finally
        {
            _reading.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _reading.Dispose();
        base.Dispose(disposing);
    }
}
