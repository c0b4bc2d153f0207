using System.Buffers;
using System.Runtime.CompilerServices;
using GlanceStore.Formats.Disks;

namespace GlanceStore.Formats;

/// <summary>The guest's disk inside an image, as a read-only stream that can be sought: raw, qcow2, VMDK, VHD, VHDX and VDI.</summary>
/// <remarks>
/// <para>
/// Over any stream that can be sought, so over a verified read of a stored image. A read throws <see cref="StoreException"/>:
/// <see cref="StoreError.Corrupted"/> where the image contradicts itself, and what the stream underneath throws passes through.
/// </para>
/// <para>
/// It holds <see cref="VirtualDiskOptions.CacheBytes"/> of tables, one cluster, and while it reads compressed ones as much of them as two reads of
/// 1 MiB fetch, or of two clusters where those are longer. Of a stored image all of it is counted in the memory budget of its store.
/// </para>
/// <para>Not for use by several threads at once, as streams are not.</para>
/// </remarks>
public sealed class VirtualDisk : Stream
{
    // As much as is filled at once: enough for many clusters to inflate side by side.
    private const int MostBytesOfRead = 4 << 20;

    private readonly HostFile _file;
    private readonly DiskMap _map;
    private readonly ClusterReader _clusters;
    private long _position;
    private bool _disposed;

    private VirtualDisk(HostFile file, DiskMap map, ImageInspection inspection, int parallelism)
    {
        (_file, _map, Inspection) = (file, map, inspection);
        _clusters = new ClusterReader(file, map, parallelism);
    }

    /// <summary>What the image was found to be.</summary>
    public ImageInspection Inspection { get; }

    /// <inheritdoc/>
    public override bool CanRead => !_disposed;

    /// <inheritdoc/>
    public override bool CanSeek => !_disposed;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <summary>The size of the disk in bytes.</summary>
    public override long Length => _map.Size;

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

    /// <summary>Opens the disk in an image.</summary>
    /// <param name="image">The image, which can be sought. It becomes the disk's to dispose once the disk is open.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.Refused"/>: the image leads to another file, or nothing can be said of that; it is inside.
    /// <see cref="StoreError.Unsupported"/>: its format or a feature of it is not read here, or it has another format than the options say;
    /// <see cref="StoreError.Corrupted"/>: it contradicts itself.
    /// </exception>
    public static async Task<VirtualDisk> OpenAsync(Stream image, VirtualDiskOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        options ??= new VirtualDiskOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Parallelism, 1, nameof(options));
        if (!image.CanSeek)
        {
            throw new ArgumentException("A disk is read out of an image that can be sought, and this one cannot.", nameof(image));
        }

        var found = (await ImageInspector.InspectAsync(options.Tables ?? image, cancellationToken).ConfigureAwait(false)).AsToldToBe(options.Format);
        Check(found, options.Format);
        var file = new HostFile(image, found.Format, options);
        return new VirtualDisk(file, await MapAsync(file, found, cancellationToken).ConfigureAwait(false), found, options.Parallelism);
    }

    /// <summary>How the parts of the disk are stored, in order and without gaps; neighbours of one kind are one.</summary>
    /// <param name="offset">Where to begin, in bytes.</param>
    /// <param name="length">How much to tell of; null for all that follows.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StoreException"><see cref="StoreError.Corrupted"/>: the image contradicts itself.</exception>
    public async IAsyncEnumerable<DiskExtent> GetExtentsAsync(
        long offset = 0, long? length = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length ?? 0, nameof(length));
        var end = length < Length - offset ? offset + length.Value : Length;
        var current = new DiskExtent(offset, 0, default);
        while (offset < end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var range = await _map.FindAsync(offset, cancellationToken).ConfigureAwait(false);
            var count = Math.Min(range.Length, end - offset);
            if (current.Length > 0 && current.Kind != range.Kind)
            {
                yield return current;
                current = new DiskExtent(offset, 0, range.Kind);
            }

            current = current with { Length = current.Length + count, Kind = range.Kind };
            offset += count;
        }

        if (current.Length > 0)
        {
            yield return current;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var count = (int)Math.Min(Math.Min(buffer.Length, MostBytesOfRead), Math.Max(0, Length - _position));
        if (count > 0)
        {
            await _clusters.ReadAsync(_position, buffer[..count], cancellationToken).ConfigureAwait(false);
            _position += count;
        }

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
            SeekOrigin.End => Length,
            _ => throw new ArgumentOutOfRangeException(nameof(origin)),
        };
        return target >= 0 ? Position = target : throw new IOException("The position before the beginning of a disk was sought.");
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("A disk inside an image is only read.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A disk inside an image is only read.");

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            _disposed = true;
            await _file.DisposeAsync().ConfigureAwait(false);
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

    private static void Check(ImageInspection found, string? format)
    {
        if (found.Findings.FirstOrDefault(finding => finding.IsUnsafe) is { } unsafeFinding)
        {
            throw new StoreException(StoreError.Refused, $"The image is not read, because it is not safe ({unsafeFinding.Code}): {unsafeFinding.Message}") { Inspection = found };
        }

        if (format is not null && !ImageFormat.IsReadAs(found.Format, format))
        {
            throw new StoreException(StoreError.Unsupported, $"The image's format is {found.Format}, and it was to be read as {format}.");
        }
    }

    private static async ValueTask<DiskMap> MapAsync(HostFile file, ImageInspection found, CancellationToken cancellationToken) => found.Format switch
    {
        ImageFormat.Qcow2 => await Qcow2Map.OpenAsync(file, cancellationToken).ConfigureAwait(false),
        ImageFormat.Vmdk => await VmdkMap.OpenAsync(file, cancellationToken).ConfigureAwait(false),
        ImageFormat.Vhd => await VhdAsync(file, found, cancellationToken).ConfigureAwait(false),
        ImageFormat.Vhdx => await VhdxMap.OpenAsync(file, cancellationToken).ConfigureAwait(false),
        ImageFormat.Vdi => await VdiMap.OpenAsync(file, cancellationToken).ConfigureAwait(false),
        var raw when ImageFormat.IsReadAs(raw, ImageFormat.Raw) => new RawMap(file, file.Length),
        var other => throw new StoreException(StoreError.Unsupported, $"The disk inside a {other} image is not read here: convert the image with qemu-img, or decompress it."),
    };

    private static async ValueTask<DiskMap> VhdAsync(HostFile file, ImageInspection found, CancellationToken cancellationToken)
    {
        var size = found.VirtualSize ?? throw file.Corrupted("its footer tells no size");
        return found.Details.GetValueOrDefault("type") switch
        {
            "dynamic" => await VhdMap.OpenAsync(file, size, cancellationToken).ConfigureAwait(false),
            "fixed" => size <= file.Length ? new RawMap(file, size) : throw file.Corrupted($"its footer tells a disk of {size} bytes, and it has {file.Length}"),
            var type => throw file.Corrupted($"its type is {type}"),
        };
    }
}
