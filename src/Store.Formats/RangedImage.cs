namespace GlanceStore.Formats;

/// <summary>A stored image of which only what is asked for is fetched, each time by one range of exactly that, always of the same version.</summary>
internal sealed class RangedImage(IImageStore store, StoredObject image, ImageReceipt? receipt) : Stream
{
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

        var options = new ReadOptions { Range = new ByteRange(Position, count), Manifest = receipt?.Chunks };
        var part = await store.OpenReadAsync(image.Location, options, cancellationToken).ConfigureAwait(false);
        await using (part.ConfigureAwait(false))
        {
            if ((part.Object.Size, part.Object.VersionTag) != (image.Size, image.VersionTag))
            {
                throw new StoreException(StoreError.Changed, $"The image at {image.Location} was replaced while it was inspected.");
            }

            await part.ReadExactlyAsync(buffer[..count], cancellationToken).ConfigureAwait(false);
        }

        Position += count;
        return count;
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
}
