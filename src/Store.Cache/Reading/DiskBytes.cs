using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using GlanceStore.Formats;

namespace GlanceStore.Cache.Reading;

/// <summary>The guest's disk in an image: as many readers of it as there are at once, up to a few, because one reads for one at a time.</summary>
internal sealed class DiskBytes : ImageBytes
{
    private const int MostReaders = 4;

    // Of a qcow2 image of usual clusters this tells where 8 GiB are; the image itself is on this disk, or about to be.
    private static readonly VirtualDiskOptions Options = new() { CacheBytes = 1 << 20 };

    private readonly ImageBytes _image;
    private readonly ConcurrentBag<VirtualDisk> _idle = [];
    private readonly SemaphoreSlim _room = new(MostReaders);

    private DiskBytes(ImageBytes image, VirtualDisk first)
    {
        (_image, Size, Inspection) = (image, first.Length, first.Inspection);
        _idle.Add(first);
    }

    public override long Size { get; }

    public override Digest Digest => _image.Digest;

    public override string Format => Files.EntryName.Raw;

    public override ImageInspection Inspection { get; }

    public override bool ReadsAhead
    {
        get => _image.ReadsAhead;
        set => _image.ReadsAhead = value;
    }

    /// <summary>Whether the image is the disk, byte for byte.</summary>
    public bool IsImage => Inspection.Format is ImageFormat.Raw or ImageFormat.Mbr or ImageFormat.Gpt or ImageFormat.Iso;

    /// <summary>Opens the disk, and refuses what leads elsewhere before a byte of it is handed out. Takes the image, if it can be opened.</summary>
    public static async Task<DiskBytes> OpenAsync(ImageBytes image, string? format, CancellationToken cancellationToken)
    {
        var known = format is not null && ImageFormat.Known.Contains(format) ? format : null;
        return new DiskBytes(image, await OpenAsync(image, Options with { Format = known }, cancellationToken).ConfigureAwait(false));
    }

    public override async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var disk = await TakeAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            disk.Position = offset;
            await disk.ReadExactlyAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Give(disk);
        }
    }

    public override async IAsyncEnumerable<DiskExtent> ExtentsAsync(long offset, long length, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var disk = await TakeAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await foreach (var extent in disk.GetExtentsAsync(offset, length, cancellationToken).ConfigureAwait(false))
            {
                yield return extent;
            }
        }
        finally
        {
            Give(disk);
        }
    }

    public override Task FillAsync(long? bytesPerSecond, IProgress<TransferProgress>? progress, CancellationToken cancellationToken) =>
        _image.FillAsync(bytesPerSecond, progress, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        while (_idle.TryTake(out var disk))
        {
            await disk.DisposeAsync().ConfigureAwait(false);
        }

        await _image.DisposeAsync().ConfigureAwait(false);
    }

    private static Task<VirtualDisk> OpenAsync(ImageBytes image, VirtualDiskOptions options, CancellationToken cancellationToken) =>
        VirtualDisk.OpenAsync(new CachedImage(image, ownsBytes: false), options, cancellationToken);

    private async ValueTask<VirtualDisk> TakeAsync(CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _idle.TryTake(out var disk) ? disk : await OpenAsync(_image, Options, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _room.Release();
            throw;
        }
    }

    private void Give(VirtualDisk disk)
    {
        _idle.Add(disk);
        _room.Release();
    }
}
