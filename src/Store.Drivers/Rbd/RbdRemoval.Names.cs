using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

/// <content>
/// How images lose their names and get them back, and what of it somebody died at: librbd moves an image into the trash and out of it in
/// several steps, and a call that is made again goes on with them.
/// </content>
internal sealed partial class RbdRemoval
{
    // Whoever is at it takes milliseconds.
    private static readonly TimeSpan DeadAfter = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The id behind a name; null where there is no image of the name. One that is just being restored from the trash is not put back there
    /// before that has ended: of both at the same time an image comes out that is in neither place.
    /// </summary>
    public string? FindNamed(string name)
    {
        var patience = new RbdPatience(TrashPatience, time);
        while (_pool.FindImageId(name) is { } id)
        {
            if (_pool.FindTrashed(id) is null || (!patience.TryWait() && !TryFinishRestoring(id, name)))
            {
                return id;
            }
        }

        FinishMoving(name);
        return null;
    }

    /// <summary>Makes sure that a name which leads to no image is not listed as one's that is on its way into the trash.</summary>
    /// <remarks>An image that got the name then would be listed as the other, and be lost when it is deleted.</remarks>
    public void RequireUnlisted(string name)
    {
        var patience = new RbdPatience(TrashPatience, time);
        while (IsHalfMoved(name))
        {
            FinishMoving(name);
            if (IsHalfMoved(name) && !patience.TryWait())
            {
                throw new StoreException(StoreError.Unavailable,
                    $"The pool still lists an image '{name}' whose removal did not end; try it again in a minute, or remove it with 'rbd rm'.") { IsTransient = true };
            }
        }
    }

    /// <summary>Takes an image's name from it and puts it into the trash, marked; false where it is not there any more, or the pool is full.</summary>
    /// <remarks>It is whichever image has the name by then.</remarks>
    public bool TakeName(string id, string name, string mark)
    {
        RbdMark.TrySet(_pool, id, mark);
        try
        {
            return _pool.MoveToTrash(name, TimeSpan.Zero);
        }
        catch (CephException)
        {
            RbdMark.TryClear(_pool, id);
            throw;
        }
    }

    /// <summary>Gives an image in the trash its name back; what hinders it, a sweep may overcome.</summary>
    public void GiveBack(string id, string name)
    {
        try
        {
            _pool.Restore(id, name);
            RbdMark.Clear(_pool, id);
        }
        catch (CephException e)
        {
            RbdLog.TrashStays(logger, e, name, id);
        }
    }

    private bool IsHalfMoved(string name) => _pool.FindListedId(name) is not null && _pool.FindImageId(name) is null;

    // By name, so only where nobody is at it.
    private void FinishMoving(string name)
    {
        if (_pool.FindListedId(name) is { } id && _pool.FindTrashed(id)?.DeletedAt < time.GetUtcNow() - DeadAfter
            && _pool.FindImageId(name) is null && _pool.MoveToTrash(name, TimeSpan.Zero) && !_pool.HasHeader(id))
        {
            _pool.RemoveFromTrash(id);
        }
    }

    // To the last one that nobody meant to put there.
    private void GiveBackUnmarked(string name)
    {
        var unmarked = _pool.ListTrash()
            .Where(trashed => trashed.Name == name && trashed.DeletedAt > time.GetUtcNow() - DeadAfter && !IsMarked(trashed.Id))
            .MaxBy(trashed => trashed.DeletedAt);
        if (unmarked is not null)
        {
            GiveBack(unmarked.Id, name);
        }
    }

    private bool IsMarked(string id)
    {
        using var image = RbdImage.OpenReadOnly(_pool, id, null);
        return RbdMark.Find(image) is not null;
    }

    /// <summary>Finishes to give an image a name; false where it was on its way into the trash rather than out of it.</summary>
    public bool TryFinishRestoring(string id, string name)
    {
        try
        {
            _pool.Restore(id, name);
            return true;
        }
        catch (CephException e) when (e.Errno == CephErrno.Busy)
        {
            return false;
        }
    }

    // What is half moved into the trash is moved first, where its name is not another's by now.
    private bool RemoveEntry(string id)
    {
        try
        {
            return _pool.RemoveFromTrash(id);
        }
        catch (CephException e) when (e.Errno == CephErrno.Unclean && _pool.FindTrashed(id) is { } half && IsFreeFor(id, half.Name))
        {
            _pool.MoveToTrash(half.Name, TimeSpan.Zero);
            return _pool.RemoveFromTrash(id);
        }
    }

    private bool IsFreeFor(string id, string name) => (_pool.FindImageId(name) ?? id) == id && (_pool.FindListedId(name) ?? id) == id;
}
