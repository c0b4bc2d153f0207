using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

/// <summary>Disks of guests in a pool. Every method blocks until the cluster has answered.</summary>
internal sealed class RbdDisks(RbdSession session, RbdStore store)
{
    /// <summary>What is written on a disk before it has its name: that it was made here, of which image, and for whom.</summary>
    public const string Key = "glancestore.disk";

    // No snapshot of a disk is the store's.
    private const string NoSnapshot = "";

    /// <summary>The mark of a disk. Its id is in it, because a clone of a disk begins with all that is written on that.</summary>
    public static string MarkOf(string id, StoredObject image, RbdDisk disk) => $"{id} {image.VersionTag} {disk.Owner}";

    /// <summary>Whether a disk is there already.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.AlreadyExists"/>: something else has its name.</exception>
    public bool Has(RbdDisk disk, StoredObject image)
    {
        using var device = TryOpen(disk);
        return device is not null && (device.FindMetadata(Key) == MarkOf(device.Id, image, disk) && device.Size == (disk.SizeBytes ?? image.Size)
            ? true
            : throw new StoreException(StoreError.AlreadyExists,
                $"There is a block device '{disk.Name}' in the pool '{store.Options.Pool}' already, of another image or size, or of somebody else's."));
    }

    /// <summary>Removes a disk, and what is left of calls that were to make it.</summary>
    public bool Remove(RbdDisk disk)
    {
        var removal = new RbdRemoval(session, store.Time, store.Logger);
        foreach (var left in session.Pool.ListTrash().Where(trashed => RbdLocations.ImageOfUpload(trashed.Name) == disk.Name.Value))
        {
            removal.RemoveUpload(left.Id, disk.Name.Value);
        }

        // Whoever died before it was in the trash.
        foreach (var left in session.Pool.ListImages().Where(named => RbdLocations.ImageOfUpload(named.Name) == disk.Name.Value))
        {
            session.Pool.RemoveImage(left.Name);
        }

        RequireOwn(disk);
        return removal.Remove(disk.Name.Value, NoSnapshot, new DeleteIntent());
    }

    private void RequireOwn(RbdDisk disk)
    {
        using var device = TryOpen(disk);
        if (device is not null && !(device.FindMetadata(Key)?.Split(' ', 3) is [var id, _, var owner] && id == device.Id && owner == disk.Owner))
        {
            throw new StoreException(StoreError.Changed, $"The block device '{disk.Name}' in the pool '{store.Options.Pool}' is no disk that was cloned here for this owner, and is left alone.");
        }
    }

    private RbdImage? TryOpen(RbdDisk disk)
    {
        try
        {
            return session.Pool.FindImageId(disk.Name.Value) is { } id ? RbdImage.OpenReadOnly(session.Pool, id, null) : null;
        }
        catch (CephException e) when (e.Errno == CephErrno.NotFound)
        {
            return null; // it went meanwhile
        }
    }
}
