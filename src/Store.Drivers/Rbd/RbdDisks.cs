using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

/// <summary>Disks of guests in a pool. Every method blocks until the cluster has answered.</summary>
internal sealed class RbdDisks(RbdSession session, RbdStore store)
{
    /// <summary>What is written on a disk before it has its name: that it was made here, of which image, and for whom.</summary>
    public const string Key = "glancestore.disk";

    /// <summary>The snapshot that makes a disk: none does, and its version is its id.</summary>
    public const string NoSnapshot = "";

    private readonly RbdRemoval _removal = new(session, store.Time, store.Logger);

    /// <summary>The mark of a disk. Its id is in it, because a clone of a disk begins with all that is written on that.</summary>
    public static string MarkOf(string id, StoredObject image, RbdDisk disk) => $"{id} {image.VersionTag} {disk.Owner}";

    /// <summary>Whether a disk is there already.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.AlreadyExists"/>: something else has its name.</exception>
    public bool Has(RbdDisk disk, StoredObject image)
    {
        using var device = TryOpen(_removal.FindNamed(disk.Name.Value));
        return device is not null && (device.FindMetadata(Key) == MarkOf(device.Id, image, disk) && device.Size == (disk.SizeBytes ?? image.Size)
            ? true
            : throw new StoreException(StoreError.AlreadyExists,
                $"There is a block device '{disk.Name}' in the pool '{store.Options.Pool}' already, of another image or size, or of somebody else's."));
    }

    /// <summary>Removes a disk, and what is left of calls that were to make or to remove it.</summary>
    public bool Remove(RbdDisk disk)
    {
        // First of all, for what a killed call had all but named is a disk too, and perhaps another's.
        _removal.FindNamed(disk.Name.Value);
        RemoveLeft(disk);
        return FindOwn(disk) is { } id && _removal.Remove(disk.Name.Value, NoSnapshot, new DeleteIntent(id));
    }

    private void RemoveLeft(RbdDisk disk)
    {
        var sweep = new RbdSweep(session, store, DateTimeOffset.MaxValue, SweepMode.Remove);
        foreach (var left in sweep.List().Where(found => IsLeft(found, disk)))
        {
            if (sweep.Take(left) is null && (left.TrashedAt is null ? session.Pool.FindImageId(left.Name) == left.Id : session.Pool.FindTrashed(left.Id) is not null))
            {
                throw new StoreException(StoreError.InUse,
                    $"The disk '{disk.Name}' in the pool '{store.Options.Pool}' is being made or removed, or was when a process was killed a moment ago: try it again in half a minute.");
            }
        }
    }

    private bool IsLeft(RbdFound found, RbdDisk disk) => RbdLocations.ImageOfUpload(found.Name) == disk.Name.Value
        || (found.TrashedAt is not null && found.Name == disk.Name.Value && IsRemoved(found.Id, disk));

    // What bears no mark of the driver's is an operator's.
    private bool IsRemoved(string id, RbdDisk disk)
    {
        using var device = TryOpen(id);
        return device is null || (IsOwn(device, disk) && RbdMark.Find(device) == RbdMark.Deleted);
    }

    private string? FindOwn(RbdDisk disk)
    {
        using var device = TryOpen(session.Pool.FindImageId(disk.Name.Value));
        return device is null || IsOwn(device, disk) ? device?.Id : throw new StoreException(StoreError.Changed,
            $"The block device '{disk.Name}' in the pool '{store.Options.Pool}' is no disk that was cloned here for this owner, and is left alone.");
    }

    private static bool IsOwn(RbdImage device, RbdDisk disk) =>
        device.FindMetadata(Key)?.Split(' ', 3) is [var id, _, var owner] && id == device.Id && owner == disk.Owner;

    private RbdImage? TryOpen(string? id)
    {
        try
        {
            return id is null ? null : RbdImage.OpenReadOnly(session.Pool, id, null);
        }
        catch (CephException e) when (e.Errno == CephErrno.NotFound)
        {
            return null; // it went meanwhile
        }
    }
}
