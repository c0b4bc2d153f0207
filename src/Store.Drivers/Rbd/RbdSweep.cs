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
    private static readonly TimeSpan MakingPatience = TimeSpan.FromSeconds(2);

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
            if (RbdLocations.ImageOfUpload(found.Name) is { } image)
            {
                return TakeUpload(found, image);
            }

            return TakeRemoved(found);
        }
        catch (CephException e) when (e.Errno is CephErrno.NotFound or CephErrno.Busy or CephErrno.NotEmpty)
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

        using var turn = RbdTurn.Take(_pool, image, store.Time);
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
            _removal.RemoveUpload(found.Id, image);
        }
    }

    // Only what bears the mark: the rest of the trash is an operator's.
    private Leftover? TakeRemoved(RbdFound found)
    {
        if (Look(found) is not var (leftover, mark) || leftover is null || mark is null)
        {
            return null;
        }

        using var turn = RbdTurn.Take(_pool, found.Name, store.Time);
        var named = _pool.FindImageId(found.Name);
        if (named == found.Id || (named is null && RbdMark.IsReplacement(mark)))
        {
            GiveBack(found, isHalfNamed: named is not null);
            return null;
        }

        if (mode == SweepMode.Remove)
        {
            _removal.RemoveNameless(found.Id);
        }

        return leftover;
    }

    // Whoever was replacing it died before the other had the name; or whoever deleted it, before it had lost its own or when it got it back.
    private void GiveBack(RbdFound found, bool isHalfNamed)
    {
        if (mode == SweepMode.DryRun)
        {
            return;
        }

        if (isHalfNamed && !_removal.TryFinishRestoring(found.Id, found.Name))
        {
            _pool.MoveToTrash(found.Name, TimeSpan.Zero);
            _pool.Restore(found.Id, found.Name);
        }
        else if (!isHalfNamed)
        {
            _pool.Restore(found.Id, found.Name);
        }

        RbdMark.Clear(_pool, found.Id);
    }

    // Null where it is too young, or somebody has it open. Looking leaves no trace.
    private (Leftover? Leftover, string? Mark)? Look(RbdFound found)
    {
        if (found.TrashedAt >= before || (!_pool.HasHeader(found.Id) && IsBeingMade(found)))
        {
            return null;
        }

        if (!_pool.HasHeader(found.Id))
        {
            // Whoever removed it, or began to make it, died when there was nothing but its place in a list.
            return (new Leftover($"{found.Name} (id {found.Id})", 0, found.TrashedAt ?? store.Time.GetUtcNow()), RbdMark.Deleted);
        }

        using var image = RbdImage.OpenReadOnly(_pool, found.Id, null);
        var touched = Latest(found.TrashedAt ?? image.CreatedAt, image.ModifiedAt);
        return touched >= before || image.ListWatchers().Count > 0
            ? null
            : (new Leftover($"{found.Name} (id {found.Id})", image.Size, touched), RbdMark.Find(image));
    }

    // An image has its name a moment before it is anything.
    private bool IsBeingMade(RbdFound found)
    {
        var patience = new RbdPatience(MakingPatience, store.Time);
        while (found.TrashedAt is null && !_pool.HasHeader(found.Id))
        {
            if (!patience.TryWait())
            {
                return false;
            }
        }

        return found.TrashedAt is null;
    }

    private static DateTimeOffset Latest(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
