using GlanceStore.Cache.Reading;
using GlanceStore.Formats;

namespace GlanceStore.Cache;

/// <summary>An image that can be read at once: what is not on this host yet is fetched when it is read, verified, and kept.</summary>
/// <remarks>
/// <para>
/// No byte is handed out that was not compared with its checksum by this process, since the image was opened and within
/// <see cref="ImageCacheOptions.ReverifyAfter"/>. Where the disk or the cache is full, what is read is verified all the same, and not kept.
/// </para>
/// <para>
/// As a stream it is for one thread at a time; <see cref="ReadAtAsync"/>, <see cref="GetExtentsAsync"/> and <see cref="FillAsync"/> are for any number. It is leased
/// until it is disposed: nothing of it is removed.
/// </para>
/// </remarks>
public sealed class CachedImage : Stream
{
    private readonly ImageBytes _bytes;
    private readonly bool _ownsBytes;
    private long _position;
    private bool _disposed;

    internal CachedImage(ImageBytes bytes, bool ownsBytes) => (_bytes, _ownsBytes) = (bytes, ownsBytes);

    /// <summary>The size in bytes.</summary>
    public long Size => _bytes.Size;

    /// <summary>The digest of the image as it is stored, also where this is the disk in it.</summary>
    public Digest Digest => _bytes.Digest;

    /// <summary><c>raw</c> where this is the guest's disk that is in the image; null where it is the image as it is stored.</summary>
    public string? Format => _bytes.Format;

    /// <summary>What the image was found to be, where this is the disk in it; else null.</summary>
    public ImageInspection? Inspection => _bytes.Inspection;

    /// <summary>
    /// Whether chunks are fetched ahead of a reader that goes through them in order, <see cref="ImageCacheOptions.ReadAheadBytes"/> far; true by default. Whoever reads a
    /// little and disposes of the image does without: what nobody else waits for then is given up, and was fetched for nothing.
    /// </summary>
    public bool ReadsAhead
    {
        get => _bytes.ReadsAhead;
        set => _bytes.ReadsAhead = value;
    }

    /// <inheritdoc/>
    public override bool CanRead => !_disposed;

    /// <inheritdoc/>
    public override bool CanSeek => !_disposed;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <summary>As <see cref="Size"/>.</summary>
    public override long Length => Size;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    /// <summary>Reads at a place, whatever the position of the stream is, on any thread.</summary>
    /// <param name="offset">Where, in bytes.</param>
    /// <param name="buffer">What is filled; to its end, unless the image ends before.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How many bytes were read; 0 at the end.</returns>
    /// <exception cref="StoreException">
    /// What the stores say of bytes that are not here yet; <see cref="StoreError.Corrupted"/>: what they give is not the image.
    /// </exception>
    public async ValueTask<int> ReadAtAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var count = (int)Math.Min(buffer.Length, Math.Max(0, Size - offset));
        if (count > 0)
        {
            await _bytes.ReadAsync(offset, buffer[..count], cancellationToken).ConfigureAwait(false);
        }

        return count;
    }

    /// <summary>Gets the chunks of a stretch that are not here yet, so that reading it does not wait for a store.</summary>
    /// <remarks>Where this is the disk in an image only reading tells which chunks they are: then nothing is done. Neither is an error what has no room here.</remarks>
    /// <param name="offset">Where to begin, in bytes.</param>
    /// <param name="length">How much; what reaches beyond the end is nothing.</param>
    /// <param name="cancellationToken">Ends it; what is there stays.</param>
    /// <exception cref="StoreException">As <see cref="ReadAtAsync"/>.</exception>
    public ValueTask FetchAsync(long offset, long length, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return _bytes.FetchAsync(offset, Math.Min(length, Size - offset), cancellationToken);
    }

    /// <summary>How the parts of it are stored, in order and without gaps: of the disk in an image by its tables, else by the holes of what is here.</summary>
    /// <param name="offset">Where to begin, in bytes.</param>
    /// <param name="length">How much to tell of; null for all that follows.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IAsyncEnumerable<DiskExtent> GetExtentsAsync(long offset = 0, long? length = null, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length ?? 0, nameof(length));
        var rest = Math.Max(0, Size - offset);
        return _bytes.ExtentsAsync(offset, Math.Min(length ?? rest, rest), cancellationToken);
    }

    /// <summary>Gets all that is not here yet, verifies the whole, and returns when that is done. Reads go on meanwhile, and come first.</summary>
    /// <param name="bytesPerSecond">The most to fetch a second; null for what <see cref="ImageCacheOptions.BackgroundBytesPerSecond"/> says.</param>
    /// <param name="progress">Told of every chunk that is there; null for nobody.</param>
    /// <param name="cancellationToken">Ends it; what is there stays.</param>
    public Task FillAsync(long? bytesPerSecond = null, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesPerSecond ?? 1, 1, nameof(bytesPerSecond));
        return _bytes.FillAsync(bytesPerSecond, progress, cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await ReadAtAsync(_position, buffer, cancellationToken).ConfigureAwait(false);
        _position += count;
        return count;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    /// <remarks>A Stream has blocking forms whether one likes them or not; they wait for the one real path.</remarks>
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin)
    {
        var target = offset + origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => _position,
            SeekOrigin.End => Size,
            _ => throw new ArgumentOutOfRangeException(nameof(origin)),
        };
        return target >= 0 ? Position = target : throw new IOException("The position before the beginning of an image was sought.");
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("A cached image is only read.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A cached image is only read.");

    /// <summary>Ends the lease.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            _disposed = true;
            if (_ownsBytes)
            {
                await _bytes.DisposeAsync().ConfigureAwait(false);
            }
        }

        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        base.Dispose(disposing);
    }
}
