using GlanceStore.Drivers.Rbd.Native;
using Microsoft.Extensions.Logging;

namespace GlanceStore.Drivers.Rbd;

/// <summary>Makes an image of an upload. Every step can be made again. Every method blocks until the cluster has answered.</summary>
internal sealed class RbdPublication(RbdUpload upload, ImageId image, WriteMode mode, TimeProvider time, ILogger logger)
{
    // How long a sweep or an operator may be at an upload before it turns out to be in use, and leaves it alone.
    private static readonly TimeSpan BusyPatience = TimeSpan.FromSeconds(5);

    // Others that replace the same image at the same time come in between.
    private const int MostReplacements = 50;

    private readonly RadosPool _pool = upload.Session.Pool;
    private readonly string _name = image.Value;
    private readonly RbdRemoval _removal = new(upload.Session, time, logger);

    /// <summary>Makes it the image. Nothing is named once nobody waits for it any more.</summary>
    public StoredObject Publish(ImageLocation location, long size, CancellationToken cancellationToken)
    {
        var device = upload.Image;
        if (device.Size != size)
        {
            device.Resize(size);
        }

        RequireFree();
        cancellationToken.ThrowIfCancellationRequested();
        device.EnsureSnapshot(RbdLocations.Snapshot);
        device.EnsureProtected(RbdLocations.Snapshot);
        var snapshotId = device.SnapshotId(RbdLocations.Snapshot);
        var stored = new StoredObject(location, size, RbdSnapshot.TagOf(upload.Id, snapshotId), device.SnapshotTime(snapshotId));
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var old in Name())
        {
            _removal.RemoveDisplaced(old, _name);
        }

        return stored;
    }

    /// <summary>Makes it a disk of a guest: marked as one, and without the snapshot that makes an image.</summary>
    public void PublishDisk(long size, string mark, CancellationToken cancellationToken)
    {
        if (upload.Image.Size != size)
        {
            upload.Image.Resize(size);
        }

        RbdMark.Clear(_pool, upload.Id); // a clone begins with all that is written on its image
        if (!_pool.TrySetMetadata(upload.Id, RbdDisks.Key, mark))
        {
            throw new CephException(CephErrno.NotFound, "rbd.metadata_set");
        }

        cancellationToken.ThrowIfCancellationRequested();
        Name();
    }

    // Closed at once: who deletes or replaces the image now finds nobody that has it open.
    private List<string> Name()
    {
        using var turn = RbdTurn.Take(_pool, _name, time);
        var displaced = new List<string>();
        RequireFree();
        if (mode == WriteMode.Replace)
        {
            Replace(displaced);
        }
        else if (!TryName())
        {
            throw Taken();
        }

        upload.Dispose();
        return displaced;
    }

    // A snapshot that would only have to be removed again takes the monitors' time.
    private void RequireFree()
    {
        if (_pool.FindImageId(_name) is not { } there)
        {
            _removal.RequireUnlisted(_name);
        }
        else if (mode == WriteMode.CreateNew && there != upload.Id)
        {
            throw Taken();
        }
    }

    private StoreException Taken() => new(StoreError.AlreadyExists, $"There is an image '{_name}' in the pool already.");

    // False where the name is taken by another.
    private bool TryName()
    {
        var patience = new RbdPatience(BusyPatience, time);
        while (true)
        {
            try
            {
                _pool.Restore(upload.Id, _name);
                return true;
            }
            catch (CephException e) when (e.Errno == CephErrno.Exists)
            {
                return _pool.FindImageId(_name) == upload.Id;
            }
            catch (CephException e) when (e.Errno == CephErrno.NotFound && _pool.FindImageId(_name) == upload.Id)
            {
                return true;
            }
            catch (CephException e) when (e.Errno == CephErrno.Busy)
            {
                if (!patience.TryWait())
                {
                    throw new StoreException(StoreError.Unavailable,
                        $"The upload of '{_name}' cannot be published: somebody else has been removing it from the trash for a while.", e) { IsTransient = true };
                }
            }
        }
    }

    // There is no way to do it in one step: for a moment the name leads to nothing.
    private void Replace(List<string> displaced)
    {
        try
        {
            TakeOver(displaced);
        }
        catch (Exception e) when (e is StoreException or CephException)
        {
            GiveBack(displaced);
            throw;
        }
    }

    private void TakeOver(List<string> displaced)
    {
        for (var tries = 0; tries < MostReplacements; tries++)
        {
            displaced.AddRange(Displace().Except(displaced));
            if (TryName())
            {
                return;
            }
        }

        throw new StoreException(StoreError.Unavailable, $"The image '{_name}' could not be replaced, because others replace it all the time.") { IsTransient = true };
    }

    // The last one had the name when this failed. Where the cluster does not answer, a sweep does it.
    private void GiveBack(List<string> displaced)
    {
        try
        {
            if (displaced.Count > 0 && _pool.FindImageId(_name) is null)
            {
                _removal.GiveBack(displaced[^1], _name);
            }
        }
        catch (CephException e)
        {
            RbdLog.TrashStays(logger, e, _name, displaced[^1]);
        }
    }

    private List<string> Displace()
    {
        if (_removal.FindNamed(_name) is not { } old || old == upload.Id || !_removal.RequireUnused(old, _name, RbdLocations.Snapshot, new DeleteIntent()))
        {
            return [];
        }

        var before = Trashed().ToHashSet();
        if (!_removal.TakeName(old, _name, RbdMark.ReplacedBy(upload.Id)) && _pool.FindImageId(_name) == old)
        {
            throw new CephException(CephErrno.Quota, "rbd_trash_move");
        }

        // Where another replacement came first, it is its image that went.
        return [.. Trashed().Where(id => !before.Contains(id) && id != upload.Id)];
    }

    private IEnumerable<string> Trashed() => _pool.ListTrash().Where(trashed => trashed.Name == _name).Select(trashed => trashed.Id);
}
