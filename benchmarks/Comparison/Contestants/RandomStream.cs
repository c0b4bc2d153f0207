namespace GlanceStore.Benchmarks.Comparison.Contestants;

/// <summary>A source of random bytes, the same 1 MiB over and over: it takes no memory and next to no time, and cannot seek.</summary>
internal sealed class RandomStream(long bytes) : Stream
{
    private static readonly byte[] Block = MakeBlock();

    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var start = (int)(_position % Block.Length);
        var count = (int)Math.Min(Math.Min(buffer.Length, Block.Length - start), bytes - _position);
        Block.AsSpan(start, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static byte[] MakeBlock()
    {
        var block = new byte[1 << 20];
        new Random(1).NextBytes(block);
        return block;
    }
}
