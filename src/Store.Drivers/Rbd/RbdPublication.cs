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
        device.EnsureSnapshot(RbdLocations.Snapshot);
        device.EnsureProtected(RbdLocations.Snapshot);
        var snapshotId = device.SnapshotId(RbdLocations.Snapshot);
        var stored = new StoredObject(location, size, RbdSnapshot.TagOf(upload.Id, snapshotId), device.SnapshotTime(snapshotId));
        cancellationToken.ThrowIfCancellationRequested();
        if (mode == WriteMode.Replace)
        {
            Replace();
        }
        else if (!TryName())
        {
            throw Taken();
        }

        return stored;
    }

    // A snapshot that would only have to be removed again takes the monitors' time.
    private void RequireFree()
    {
        if (mode == WriteMode.CreateNew && _pool.FindImageId(_name) is { } there && there != upload.Id)
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
            catch (CephException e) when (e.Errno == CephErrno.Busy && patience.TryWait())
            {
            }
        }
    }

    // There is no way to do it in one step: for a moment the name leads to nothing.
    private void Replace()
    {
        for (var tries = 0; tries < MostReplacements; tries++)
        {
            var displaced = Displace();
            if (TryName())
            {
                displaced.ForEach(old => _removal.RemoveDisplaced(old, _name));
                return;
            }
        }

        throw new StoreException(StoreError.Unavailable, $"The image '{_name}' could not be replaced, because others replace it all the time.") { IsTransient = true };
    }

    private List<string> Displace()
    {
        if (_pool.FindImageId(_name) is not { } old || old == upload.Id || !_removal.RequireUnused(old, _name, RbdLocations.Snapshot, new DeleteIntent()))
        {
            return [];
        }

        var before = Trashed().ToHashSet();
        RbdMark.TrySet(_pool, old, RbdMark.ReplacedBy(upload.Id));
        _pool.MoveToTrash(_name, TimeSpan.Zero);

        // Where another replacement came first, it is its image that went.
        return [.. Trashed().Where(id => !before.Contains(id))];
    }

    private IEnumerable<string> Trashed() => _pool.ListTrash().Where(trashed => trashed.Name == _name).Select(trashed => trashed.Id);
}
