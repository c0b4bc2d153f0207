using System.Globalization;
using GlanceStore.Cache;
using GlanceStore.ComputeAgent.Http;
using GlanceStore.ComputeAgent.Images;
using GlanceStore.ComputeAgent.Sources;
using GlanceStore.ComputeAgent.State;
using GlanceStore.Nbd;
using Microsoft.Win32.SafeHandles;

namespace GlanceStore.ComputeAgent.Disks;

/// <summary>How each kind of disk is made, held and removed.</summary>
internal sealed class DiskMaking(
    ImageCache cache, AgentImages images, NbdServer nbd, CephDisks ceph, QemuImg qemu, DiskPaths paths, AgentOptions options, TimeProvider time, ILogger<DiskMaking> logger)
{
    /// <summary>Refuses what could not be handed to a guest yet.</summary>
    /// <exception cref="AgentException">It has to wait.</exception>
    public void RequireReady(AgentImage image, DiskKind kind)
    {
        if (kind == DiskKind.Rbd)
        {
            ceph.Require(image);
        }

        var isAtOnce = kind is DiskKind.Nbd or DiskKind.Rbd;
        if (image.State == ImageState.Ready || (isAtOnce && CanBeVerifiedAtOnce(image)))
        {
            return;
        }

        var why = isAtOnce ? "none of its bytes can be verified before all are here" : $"only what is here whole becomes {(kind == DiskKind.Overlay ? "an overlay" : "a clone")}";
        if (image.State == ImageState.Known)
        {
            images.Fetch(image);
        }

        throw new AgentException(StatusCodes.Status409Conflict, "NotReady", image.Failure is { } failure
            ? $"The image {image.Id} is not here, and {why}: {failure.Detail}"
            : $"The image {image.Id} is on its way, and {why}: wait until GET /images/{image.Id} says ready.");
    }

    /// <summary>Makes what a reserved disk is to be.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="image">Its image.</param>
    /// <param name="keep">Keeps what is known of it by now.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task MakeAsync(AgentDisk disk, AgentImage image, Action<DiskRecord> keep, CancellationToken cancellationToken)
    {
        var found = await images.RequireFitAsync(image, cancellationToken);
        if (disk.Record.Kind == DiskKind.Rbd)
        {
            await MakeWithinCephAsync(disk, image, found, keep, cancellationToken);
            return;
        }

        var format = disk.Record.ImageFormat ?? DiskFormats.OfQemu(found.Format)
            ?? throw AgentException.NotSupported($"The image {image.Id} is {found.Format}, which QEMU opens as no disk; PUT it with the format raw.");
        await (disk.Record.Kind switch
        {
            DiskKind.Overlay => MakeOverlayAsync(disk, image, format, found, keep, cancellationToken),
            DiskKind.Clone => MakeCloneAsync(disk, image, format, keep, cancellationToken),
            _ => MakeExportAsync(disk, image, format, keep, cancellationToken),
        });
    }

    /// <summary>Leases what is here of the images of disks that an earlier process made, as it is: nothing is compared and no store is asked, so that nothing fetched takes its room.</summary>
    public async Task LeaseAsync(IEnumerable<AgentDisk> disks)
    {
        var entries = await cache.ListAsync();
        foreach (var disk in disks)
        {
            if (images.Find(disk.Record.Image) is { } image && EntryOf(disk.Record, image.Source, entries) is { } entry)
            {
                disk.Lease = await TryLeaseAsync(image.Source, entry.Format);
            }
        }
    }

    /// <summary>Holds again what a disk needs that an earlier process made.</summary>
    public async Task HoldAsync(AgentDisk disk, AgentImage? image, CancellationToken cancellationToken)
    {
        if (disk.Record.Kind is DiskKind.Clone or DiskKind.Rbd)
        {
            return;
        }

        var source = (image ?? throw new StoreException(StoreError.NotFound, $"The image {disk.Record.Image} of the disk {disk.Id} is not known any more.")).Source;
        var earlier = disk.Lease; // kept where what follows fails: a guest reads the overlay all the same
        if (disk.Record.Kind == DiskKind.Overlay)
        {
            disk.Lease = await cache.EnsureAsync(source, disk.Record.ImageFormat, null, cancellationToken);
        }
        else
        {
            await images.RequireFitAsync(image, cancellationToken); // settings may want more of it than those under which it was made
            await ExportAsync(disk, image, cancellationToken);
            disk.Lease = null;
        }

        await (earlier?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    /// <summary>Lets go of what a disk holds.</summary>
    public async Task ReleaseAsync(AgentDisk disk)
    {
        if (disk.Record.Kind == DiskKind.Nbd)
        {
            await nbd.RemoveAsync(disk.Id);
        }

        if (disk.Lease is { } lease)
        {
            disk.Lease = null;
            await lease.DisposeAsync();
        }
    }

    public int ConnectionsOf(AgentDisk disk) => disk.Record.Kind == DiskKind.Nbd ? nbd.ConnectionsOf(disk.Id) : 0;

    /// <exception cref="AgentException">Something is there already.</exception>
    public static void RequireFree(string path)
    {
        if (UnixFile.StatusOfName(path) is not null)
        {
            throw AgentException.Conflict(StoreError.AlreadyExists, $"There is a file '{path}' already, so no disk was made.");
        }
    }

    /// <summary>Whether an earlier process had made the disk, and only not said so yet. Of one within Ceph only the cluster knows: who repeats the request gets a new one.</summary>
    public static bool WasMade(DiskRecord record) => record.Kind != DiskKind.Rbd && (record.Path is not { } path || (UnixFile.StatusOfName(DiskPaths.PartOf(record)) is null && UnixFile.StatusOfName(path) is { IsRegular: true }));

    /// <summary>Removes what was made of a disk; false where something else is there by now, which is left alone.</summary>
    /// <exception cref="StoreException">It could not be removed, or is in use.</exception>
    public async Task<bool> RemoveAsync(AgentDisk disk)
    {
        if (disk.Record.Kind == DiskKind.Rbd)
        {
            return await ceph.RemoveAsync(disk.Record);
        }

        if (disk.Record.Path is not { } path)
        {
            return true;
        }

        try
        {
            // What has the name of a disk that is still being made is somebody else's, unless it got there.
            var isPartGone = !disk.HasPart || paths.Remove(DiskPaths.PartOf(disk.Record));
            return ((disk.Record.Stage == DiskStage.Creating && !disk.IsPlaced) || paths.Remove(path)) && isPartGone;
        }
        catch (Exception e) when (HostErrors.From(e, $"The file '{path}' of the disk {disk.Id} could not be removed") is { } error)
        {
            throw error;
        }
    }

    /// <summary>Where a disk is that is no file; null for a file.</summary>
    public string? UriOf(DiskRecord disk) => disk.Kind switch
    {
        DiskKind.Nbd => nbd.UriOf(disk.Id),
        DiskKind.Rbd => ceph.UriOf(disk.Id),
        _ => null,
    };

    private bool CanBeVerifiedAtOnce(AgentImage image) =>
        image.Source.Chunks is not null && image.Record.Origin.Signature is null && !options.Signatures.Require && image.State != ImageState.Failed;

    // What was made of the image in the disk's format, else the image as it is stored, which may be that disk, or a part of it, which an export goes on with.
    private static CachedEntry? EntryOf(DiskRecord disk, CacheSource source, IReadOnlyList<CachedEntry> entries) => entries
        .Where(entry => entry.Digest == source.Digest && (entry.IsWhole ? entry.Format is null || entry.Format == disk.ImageFormat : entry.Format is null && source.Chunks?.Size == entry.Size))
        .MaxBy(entry => (entry.IsWhole, entry.Format is not null));

    private async Task<IAsyncDisposable?> TryLeaseAsync(CacheSource source, string? format)
    {
        try
        {
            return await cache.OpenAsync(source, format);
        }
        catch (StoreException)
        {
            return null; // whoever holds the disk in a moment says why
        }
    }

    private async Task MakeOverlayAsync(AgentDisk disk, AgentImage image, string format, FoundImage found, Action<DiskRecord> keep, CancellationToken cancellationToken)
    {
        var file = await cache.EnsureAsync(image.Source, disk.Record.ImageFormat, null, cancellationToken);
        disk.Lease = file;
        var least = format == "raw" ? file.Size : found.VirtualSize
            ?? throw AgentException.NotSupported($"The size of the disk in the image {image.Id} is not known; PUT it with the format raw.");
        var size = SizeOf(disk, RoundUp(least));
        keep(disk.Record with { Format = "qcow2", Size = size });
        await PlaceAsync(disk, part => qemu.CreateOverlayAsync(part, file.Path, format, size, cancellationToken));
    }

    private async Task MakeCloneAsync(AgentDisk disk, AgentImage image, string format, Action<DiskRecord> keep, CancellationToken cancellationToken)
    {
        await using var file = await cache.EnsureAsync(image.Source, disk.Record.ImageFormat, null, cancellationToken);
        if (disk.Record.Size is not null && format != "raw")
        {
            throw AgentException.NotSupported("Only a raw clone is made larger than its image; PUT the image with the format raw, or make an overlay.");
        }

        var size = SizeOf(disk, file.Size);
        keep(disk.Record with { Format = format, Size = size });
        var method = CloneMethod.Copy;
        await PlaceAsync(disk, async part =>
        {
            method = await cache.CloneAsync(file, part, cancellationToken);
            using var clone = File.OpenHandle(part, FileMode.Open, FileAccess.Write);
            if (size > file.Size)
            {
                Lengthen(clone, size);
            }
        });
        keep(disk.Record with { Method = method == CloneMethod.Reflink ? "reflink" : "copy" });
    }

    private static void Lengthen(SafeFileHandle file, long size)
    {
        try
        {
            RandomAccess.SetLength(file, size);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new IOException(e.Message, HostErrors.FileTooBig); // what .NET makes of that number
        }
    }

    private async Task MakeExportAsync(AgentDisk disk, AgentImage image, string format, Action<DiskRecord> keep, CancellationToken cancellationToken)
    {
        var size = await ExportAsync(disk, image, cancellationToken);
        keep(disk.Record with { Format = format, Size = size });
    }

    private async Task MakeWithinCephAsync(AgentDisk disk, AgentImage image, FoundImage found, Action<DiskRecord> keep, CancellationToken cancellationToken)
    {
        keep(disk.Record with { Size = SizeOf(disk, image.Source.Size) });
        await ceph.CloneAsync(disk.Record, image, found, cancellationToken);
    }

    private async Task<long> ExportAsync(AgentDisk disk, AgentImage image, CancellationToken cancellationToken)
    {
        // What is not verified chunk by chunk is opened whole: it may have had to make room since it was ready.
        await using var whole = CanBeVerifiedAtOnce(image) ? null : await cache.EnsureAsync(image.Source, disk.Record.ImageFormat, null, cancellationToken);
        var opened = await cache.OpenAsync(image.Source, disk.Record.ImageFormat, cancellationToken);
        var export = new CacheExport(disk.Id, opened) { Description = $"image {image.Id}" };
        try
        {
            nbd.Add(export);
        }
        catch
        {
            await export.DisposeAsync();
            throw;
        }

        // One that is fetched anyway needs nobody who fills it.
        if (image.State == ImageState.Known)
        {
            export.Fill(time, logger);
        }

        return opened.Size;
    }

    // Made under another name first: what has its own name is whole, and nothing is overwritten.
    private async Task PlaceAsync(AgentDisk disk, Func<string, Task> make)
    {
        try
        {
            await PlaceAsync(disk, disk.Record.Path!, DiskPaths.PartOf(disk.Record), make);
        }
        catch (Exception e) when (HostErrors.From(e, $"The file '{disk.Record.Path}' could not be made") is { } error)
        {
            throw error;
        }
    }

    private async Task PlaceAsync(AgentDisk disk, string path, string part, Func<string, Task> make)
    {
        paths.MakeParent(path);
        RequireFree(path);
        RequireFree(part);
        disk.HasPart = true;
        await make(part);
        if (UnixFile.StatusOfName(part) is not { IsRegular: true })
        {
            throw new StoreException(StoreError.Unavailable, $"The file '{part}' was not made.");
        }

        using (var file = File.OpenHandle(part, FileMode.Open, FileAccess.ReadWrite))
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            DiskFlush.Of(file, part);
        }

        RequireFree(path);
        File.Move(part, path);
        (disk.HasPart, disk.IsPlaced) = (false, true);
        DiskFlush.OfDirectory(path);
    }

    private static long SizeOf(AgentDisk disk, long least) => disk.Record.Size is not { } size ? least
        : size >= least ? size
        : throw AgentException.BadRequest(string.Create(CultureInfo.InvariantCulture, $"'size' is {size} bytes, and the disk in the image has {least}."));

    // QEMU's sectors: an image that ends within one reads as zeros to its end.
    private static long RoundUp(long size) => (size + 511) / 512 * 512;
}
