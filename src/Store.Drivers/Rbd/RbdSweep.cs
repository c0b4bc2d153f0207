using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

/// <summary>An image that may be a leftover.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name, or the one it had before it was put into the trash.</param>
/// <param name="TrashedAt">When it was put there; null for one that still has its name.</param>
internal sealed record RbdFound(string Id, string Name, DateTimeOffset? TrashedAt);

/// <summary>What killed processes have left: uploads in the trash and before it, and images on their way out. Every method blocks.</summary>
internal sealed class RbdSweep(RbdSession session, RbdStore store, DateTimeOffset before, SweepMode mode)
{
    private readonly RadosPool _pool = session.Pool;
    private readonly RbdRemoval _removal = new(session, store.Time, store.Logger);

    /// <summary>Everything in the trash, and what has the name of an upload.</summary>
    public IReadOnlyList<RbdFound> List() =>
    [
        .. _pool.ListTrash().Select(image => new RbdFound(image.Id, image.Name, image.DeletedAt)),
        .. _pool.ListImages().Where(image => RbdLocations.ImageOfUpload(image.Name) is not null).Select(image => new RbdFound(image.Id, image.Name, null)),
    ];

    /// <summary>Removes one where it is a leftover; null where it is none, or is alive, or somebody else removed it.</summary>
    public Leftover? Take(RbdFound found)
    {
        try
        {
            return RbdLocations.ImageOfUpload(found.Name) is { } image ? TakeUpload(found, image) : TakeRemoved(found);
        }
        catch (CephException e) when (e.Errno is CephErrno.NotFound or CephErrno.Busy)
        {
            return null;
        }
    }

    private Leftover? TakeUpload(RbdFound found, string image)
    {
        if (Look(found) is not var (leftover, _) || leftover is null)
        {
            return null;
        }

        if (_pool.FindImageId(image) == found.Id)
        {
            FinishCommit(found, image);
            return null;
        }

        if (mode == SweepMode.Remove)
        {
            Remove(found, image);
        }

        return leftover;
    }

    // The image has its name already and is still on its way out of the trash.
    private void FinishCommit(RbdFound found, string image)
    {
        if (mode == SweepMode.Remove && found.TrashedAt is not null)
        {
            _pool.Restore(found.Id, image);
        }
    }

    private void Remove(RbdFound found, string image)
    {
        if (found.TrashedAt is null)
        {
            _pool.RemoveImage(found.Name);
        }
        else
        {
            _removal.RemoveUpload(found.Id, new ImageId(image));
        }
    }

    // Only what bears the mark: the rest of the trash is an operator's.
    private Leftover? TakeRemoved(RbdFound found)
    {
        if (Look(found) is not var (leftover, mark) || leftover is null || mark is null || _pool.FindImageId(found.Name) == found.Id)
        {
            return null;
        }

        if (RbdMark.IsReplacement(mark) && _pool.FindImageId(found.Name) is null)
        {
            if (mode == SweepMode.Remove)
            {
                _pool.Restore(found.Id, found.Name);
                RbdMark.Clear(_pool, found.Id);
            }

            return null;
        }

        if (mode == SweepMode.Remove)
        {
            _removal.RemoveDisplaced(found.Id, found.Name);
        }

        return leftover;
    }

    // Null where it is too young, or somebody has it open. Looking leaves no trace.
    private (Leftover? Leftover, string? Mark)? Look(RbdFound found)
    {
        if (found.TrashedAt >= before)
        {
            return null;
        }

        using var image = RbdImage.OpenReadOnly(_pool, found.Id, null);
        var touched = Latest(found.TrashedAt ?? image.CreatedAt, image.ModifiedAt);
        return touched >= before || image.ListWatchers().Count > 0
            ? null
            : (new Leftover($"{found.Name} (id {found.Id})", image.Size, touched), RbdMark.Find(image));
    }

    private static DateTimeOffset Latest(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
