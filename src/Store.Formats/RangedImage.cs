namespace GlanceStore.Formats;

/// <summary>A stored image of which only what is asked for is fetched, by one range each time and always of the same version.</summary>
/// <remarks>With a manifest the range is a whole chunk, which is verified and kept for what is asked for next.</remarks>
internal sealed class RangedImage(IImageStore store, StoredObject image, ChunkManifest? manifest) : Stream
{
    private ImageReadStream? _part;
    private ByteRange _of;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => image.Size;

    public override long Position { get; set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = (int)Math.Min(buffer.Length, Math.Max(0, Length - Position));
        if (count == 0)
        {
            return 0;
        }

        if (_part is null || Position < _of.Offset || Position >= _of.Offset + _of.Length)
        {
            await OpenAsync(RangeOf(count), cancellationToken).ConfigureAwait(false);
        }

        _part!.Position = Position - _of.Offset;
        var read = await _part.ReadAsync(buffer[..count], cancellationToken).ConfigureAwait(false);
        Position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private ByteRange RangeOf(int count)
    {
        if (manifest is null || Position >= manifest.Size)
        {
            return new ByteRange(Position, count);
        }

        var chunk = manifest.IndexAt(Position);
        return new ByteRange(manifest.OffsetOf(chunk), manifest[chunk].Length);
    }

    private async ValueTask OpenAsync(ByteRange range, CancellationToken cancellationToken)
    {
        await CloseAsync().ConfigureAwait(false);
        try
        {
            _part = await store.OpenReadAsync(image.Location, new ReadOptions { Range = range, Manifest = manifest }, cancellationToken).ConfigureAwait(false);
            _of = range;
        }
        catch (StoreException e) when (e.Error == StoreError.InvalidRange || (e.Error == StoreError.Corrupted && manifest?.Size == image.Size))
        {
            throw Replaced(e); // it had these bytes, and the size that its manifest tells
        }

        if ((_part.Object.Size, _part.Object.VersionTag) != (image.Size, image.VersionTag))
        {
            throw Replaced(null);
        }
    }

    private StoreException Replaced(Exception? cause) => new(StoreError.Changed, $"The image at {image.Location} was replaced while it was read.", cause);

    private async ValueTask CloseAsync()
    {
        if (_part is { } part)
        {
            _part = null;
            await part.DisposeAsync().ConfigureAwait(false);
        }
    }
}
