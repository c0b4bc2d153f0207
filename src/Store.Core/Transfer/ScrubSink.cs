namespace GlanceStore.Transfer;

/// <summary>Where the bytes of a scrub go: nowhere. It knows how far one image has come, and has what was read paid for.</summary>
internal sealed class ScrubSink(ByteRate rate) : Stream
{
    /// <summary>Whether the image was opened.</summary>
    public bool IsOpen { get; set; }

    /// <summary>Whether it can be opened again further on.</summary>
    public bool CanGoOn { get; set; }

    /// <summary>Where the next byte is of the image.</summary>
    public long Offset { get; private set; }

    /// <summary>How many bytes came, wherever reading began again.</summary>
    public long BytesRead { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reading begins again, at another byte.</summary>
    public void GoOnAt(long offset) => (Offset, IsOpen) = (offset, false);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Offset += buffer.Length;
        BytesRead += buffer.Length;
        return new ValueTask(rate.PayAsync(buffer.Length, cancellationToken));
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
