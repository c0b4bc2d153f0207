namespace GlanceStore.Benchmarks.Micro;

/// <summary>A source of zeros that costs nothing: neither seekable nor of a known length, as a pipe.</summary>
internal sealed class ZeroStream(long bytes) : Stream
{
    private long _left = bytes;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Take(count);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Take(buffer.Length));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    // The buffer keeps what was in it: a pooled buffer's first bytes are as good as any to hash.
    private int Take(int most)
    {
        var count = (int)Math.Min(_left, most);
        _left -= count;
        return count;
    }
}
