namespace GlanceStore.Drivers.Shared;

/// <summary>A chunk as the SDK wants a body: a stream it can measure and rewind. Nothing is copied until the bytes are sent.</summary>
internal class ChunkStream(ReadOnlyMemory<byte> bytes) : Stream
{
    private ReadOnlyMemory<byte> _bytes = bytes;
    private int _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length { get; } = bytes.Length;

    public override long Position
    {
        get => _position;
        set => _position = (int)value;
    }

    /// <summary>Lets go of the chunk: a connection that is still being torn down must not read what belongs to the front again.</summary>
    public void Release() => _bytes = default;

    public override int Read(Span<byte> buffer)
    {
        var bytes = _bytes.Span;
        var count = Math.Min(buffer.Length, bytes.Length - _position);
        if (count <= 0)
        {
            return 0;
        }

        bytes.Slice(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : ValueTask.FromResult(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
