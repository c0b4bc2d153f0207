using GlanceStore.Drivers.Rbd.Native;
using Microsoft.Extensions.Logging;

namespace GlanceStore.Drivers.Rbd;

/// <summary>
/// Removes images, whole or not at all: an image loses its name in one step, into the trash, and gets it back where it turns out to be in use.
/// Every method blocks until the cluster has answered.
/// </summary>
internal sealed partial class RbdRemoval(RbdSession session, TimeProvider time, ILogger logger)
{
    // What another client's look at an image takes, and what a full pool takes to notice that it no longer is.
    private static readonly TimeSpan UsePatience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan TrashPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FullPatience = TimeSpan.FromSeconds(10);

    // Others that replace the same image at the same time come in between.
    private const int MostTries = 20;

    private readonly RadosPool _pool = session.Pool;

    /// <summary>Removes the image of a name; false where there is none.</summary>
    public bool Remove(string name, string snapshot, DeleteIntent intent)
    {
        if (FindNamed(name) is null)
        {
            return false;
        }

        string? released;
        using (RbdTurn.Take(_pool, name, time))
        {
            if (!TryTake(name, snapshot, intent, out released))
            {
                return false;
            }
        }

        // Out of turn: of a large image it takes long, and nobody finds it any more.
        RemoveReleased(released, name);
        return true;
    }

    /// <summary>Refuses where somebody has an image open, or clones or other snapshots hang on it; false where it is not there any more.</summary>
    public bool RequireUnused(string id, string name, string snapshot, DeleteIntent intent)
    {
        try
        {
            using var image = RbdImage.OpenReadOnly(_pool, id, null);
            var snapshots = image.ListSnapshots();
            RequireVersion(image, snapshots, name, snapshot, intent);
            RequireUnused(image, snapshots, name, snapshot, any => HasClones(image, any));
            return true;
        }
        catch (CephException e) when (e.Errno == CephErrno.NotFound)
        {
            return false;
        }
    }

    /// <summary>Removes an image whose name another has by now, as far as nobody uses it.</summary>
    public void RemoveDisplaced(string id, string name)
    {
        try
        {
            RemoveNameless(id);
        }
        catch (CephException e)
        {
            RbdLog.TrashStays(logger, e, name, id);
        }
    }

    /// <summary>Removes an image that has no name. Busy, or not empty, where it is in use.</summary>
    public void RemoveNameless(string id)
    {
        Strip(id, RbdLocations.Snapshot);
        RemoveStripped(id);
    }

    /// <summary>Removes an upload that did not become an image. A full pool lets nothing out of its trash, but takes the bytes back.</summary>
    public void RemoveUpload(string id, string image)
    {
        try
        {
            if (!TryRemoveEntry(id))
            {
                Strip(id, RbdLocations.Snapshot);
                RemoveHalfNamed(id, image);
            }
        }
        catch (CephException e) when (RbdErrors.IsNoSpace(e))
        {
            using var device = TryOpen(id);
            device?.Resize(0);
            throw;
        }
    }

    // A commit that ended in its last step has left it on its way out of the trash. Only a name lets it be removed then, and the image's own is not
    // to be touched.
    private void RemoveHalfNamed(string id, string image)
    {
        try
        {
            RemoveEntry(id);
        }
        catch (CephException e) when (e.Errno == CephErrno.Busy && !IsOpen(id))
        {
            var name = RbdLocations.NewUploadName(image);
            _pool.Restore(id, name);
            _pool.RemoveImage(name);
        }
    }

    // False where there is none. What is released has neither name nor snapshot any more; nothing is where nothing is left to be removed.
    private bool TryTake(string name, string snapshot, DeleteIntent intent, out string? released)
    {
        released = null;
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (FindNamed(name) is not { } id || !RequireUnused(id, name, snapshot, intent))
            {
                return false;
            }

            if (TakeName(id, name, RbdMark.Deleted))
            {
                if (_pool.FindTrashed(id) is not null)
                {
                    released = TryRelease(id, name, snapshot) ? id : null;
                    return true;
                }

                // The name led to another by then, which is the one that lost it.
                GiveBackUnmarked(name);
            }
            else if (_pool.FindImageId(name) == id)
            {
                RemoveFromFullPool(name, id, snapshot);
                return true;
            }
        }

        throw new StoreException(StoreError.Unavailable, $"The image '{name}' could not be deleted, because others replace it all the time.") { IsTransient = true };
    }

    private void RemoveReleased(string? id, string name)
    {
        try
        {
            if (id is not null)
            {
                RemoveStripped(id);
            }
        }
        catch (CephException e)
        {
            // For everybody it is gone.
            RbdLog.TrashStays(logger, e, name, id!);
        }
    }

    // False where it has a snapshot already, or is not quite in the trash any more.
    private bool TryRemoveEntry(string id)
    {
        try
        {
            RemoveEntry(id);
            return true;
        }
        catch (CephException e) when (e.Errno is CephErrno.NotEmpty or CephErrno.Busy)
        {
            return false;
        }
    }

    private void RemoveStripped(string id) =>
        Repeat(TrashPatience, () => RemoveEntry(id), static e => e.Errno is CephErrno.Busy or CephErrno.NotEmpty);

    // Looked at again, now that nobody finds it any more; clones of the older format are told of when the protection is taken away. Its snapshot is
    // what makes it an image: it has its name again where that stays, or where it is a disk and needs none. False where somebody else removed it.
    private bool TryRelease(string id, string name, string snapshot)
    {
        RbdImage? image = null;
        try
        {
            image = TryOpen(id);
            if (image is null)
            {
                return false;
            }

            RequireUnused(image, image.ListSnapshots(), name, snapshot, any => _pool.CountClones(id, any.Id) > 0);
            Strip(image, snapshot);
            return true;
        }
        catch (Exception e) when (e is StoreException or CephException
            && (snapshot == RbdDisks.NoSnapshot || image?.ListSnapshots().Any(own => own.Name == snapshot) != false))
        {
            image?.Dispose();
            GiveBack(id, name);
            throw;
        }
        finally
        {
            image?.Dispose();
        }
    }

    // Takes the snapshot from an image, so that it can be removed. Busy where clones hang on it; nothing where somebody else removed it.
    private void Strip(string id, string snapshot)
    {
        using var image = TryOpen(id);
        if (image is not null)
        {
            Strip(image, snapshot);
        }
    }

    private static void Strip(RbdImage image, string snapshot)
    {
        if (image.ListSnapshots().Any(own => own.Name == snapshot))
        {
            image.EnsureUnprotected(snapshot);
            image.EnsureNoSnapshot(snapshot);
        }
    }

    private RbdImage? TryOpen(string id)
    {
        try
        {
            return RbdImage.Open(_pool, id);
        }
        catch (CephException e) when (e.Errno == CephErrno.NotFound)
        {
            return null;
        }
    }

    private void RequireUnused(
        RbdImage image, IReadOnlyList<RbdSnapshotInfo> snapshots, string name, string snapshot, Func<RbdSnapshotInfo, bool> hasClones)
    {
        if (snapshots.FirstOrDefault(other => other.Name != snapshot && other.Kind != RbdSnapshotKind.Trash) is { } foreign)
        {
            throw InUse(name, $"it has another snapshot, '{foreign.Name}'");
        }

        if (!IsFree(image))
        {
            throw InUse(name, "somebody has it open");
        }

        if (snapshots.Any(hasClones))
        {
            throw InUse(name, "clones hang on it; flatten or remove them first");
        }
    }

    private static void RequireVersion(RbdImage image, IReadOnlyList<RbdSnapshotInfo> snapshots, string name, string snapshot, DeleteIntent intent)
    {
        if (intent.VersionTag is { } tag && !(snapshot == RbdDisks.NoSnapshot
            ? image.Id == tag
            : snapshots.Any(own => own.Name == snapshot && RbdSnapshot.TagOf(image.Id, own.Id) == tag)))
        {
            throw new StoreException(StoreError.Changed, $"The image '{name}' is not the one that was to be deleted: it was replaced.");
        }
    }

    private static StoreException InUse(string name, string why) => new(StoreError.InUse, $"The image '{name}' cannot be removed: {why}.");

    // Whoever removes the same image looks at it too, for a moment.
    private bool IsFree(RbdImage image)
    {
        var patience = new RbdPatience(UsePatience, time);
        while (image.ListWatchers().Any(session.IsElsewhere))
        {
            if (!patience.TryWait())
            {
                return false;
            }
        }

        return true;
    }

    // Those in a pool that the user may not look into are told of by their number or, the older ones, by the protection that stays.
    private bool HasClones(RbdImage image, RbdSnapshotInfo snapshot)
    {
        try
        {
            return image.HasClones(snapshot.Id);
        }
        catch (CephException e) when (e.Errno is CephErrno.NotPermitted or CephErrno.AccessDenied)
        {
            return _pool.CountClones(image.Id, snapshot.Id) > 0 || IsKeptProtected(image.Id, snapshot);
        }
    }

    private bool IsKeptProtected(string id, RbdSnapshotInfo snapshot)
    {
        using var image = RbdImage.Open(_pool, id);
        try
        {
            if (snapshot.Kind == RbdSnapshotKind.User && image.IsProtected(snapshot.Name))
            {
                image.EnsureUnprotected(snapshot.Name);
                image.EnsureProtected(snapshot.Name);
            }

            return false;
        }
        catch (CephException e) when (e.Errno == CephErrno.Busy)
        {
            return true;
        }
    }

    private bool IsOpen(string id)
    {
        using var image = RbdImage.OpenReadOnly(_pool, id, null);
        return image.ListWatchers().Count > 0;
    }

    // The trash is written to, and there is no room for that: the data goes at once, and the rest as soon as the pool has noticed.
    private void RemoveFromFullPool(string name, string id, string snapshot)
    {
        using (var image = RbdImage.Open(_pool, id))
        {
            Strip(image, snapshot);
            image.Resize(0);
        }

        try
        {
            Repeat(FullPatience, () => _pool.RemoveImage(name) ? true : throw new CephException(CephErrno.Quota, "rbd_remove"), static _ => true);
        }
        catch (CephException e)
        {
            throw new StoreException(StoreError.OutOfSpace,
                $"The bytes of the image '{name}' are gone, but the pool is still too full to take its name away: delete it again in a moment.", e);
        }
    }

    private void Repeat(TimeSpan limit, Func<bool> call, Func<CephException, bool> mayPass)
    {
        var patience = new RbdPatience(limit, time);
        while (true)
        {
            try
            {
                call();
                return;
            }
            catch (CephException e) when (mayPass(e) && patience.TryWait())
            {
            }
        }
    }
}
