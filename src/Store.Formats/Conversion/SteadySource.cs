namespace GlanceStore.Formats.Conversion;

/// <summary>What a conversion puts: the disk from its start to its end, which it only has where the image is what it was.</summary>
internal sealed class SteadySource(Stream disk, Func<bool> isUnchanged) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>What tells whether a file was written to; of other streams, which watch over themselves, nothing does.</summary>
    public static (long Length, DateTime Written)? StateOf(Stream image) =>
        image is FileStream file ? (RandomAccess.GetLength(file.SafeFileHandle), File.GetLastWriteTimeUtc(file.SafeFileHandle)) : null;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await disk.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        return count > 0 || buffer.IsEmpty || isUnchanged()
            ? count
            : throw Changed();
    }

    public static StoreException Changed() => new(StoreError.Changed, "The image was written to while it was converted, so nothing was stored.");

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
