namespace GlanceStore.Drivers.Rbd.Native;

/// <content>Its snapshots, and the clones that hang on them.</content>
internal sealed unsafe partial class RbdImage
{
    /// <summary>The names of its snapshots.</summary>
    public IReadOnlyList<string> ListSnapshots()
    {
        for (var count = 16; ;)
        {
            var found = new RbdSnapshotSpec[count];
            fixed (RbdSnapshotSpec* start = found)
            {
                var listed = RbdCalls.ListSnapshots(this, start, ref count);
                if (CephException.IsError(listed, CephErrno.Range, "rbd_snap_list"))
                {
                    continue;
                }

                var names = found[..listed].Select(snapshot => NativeText.Of(snapshot.Name)).ToList();
                if (listed > 0)
                {
                    RbdCalls.CleanSnapshotList(start);
                }

                return names;
            }
        }
    }

    /// <summary>Makes a snapshot, where it is not there already.</summary>
    public void EnsureSnapshot(string name) => CephException.IsError(RbdCalls.CreateSnapshot(this, name), CephErrno.Exists, "rbd_snap_create");

    /// <summary>Protects a snapshot, where it is not protected already.</summary>
    public void EnsureProtected(string name)
    {
        if (!IsProtected(name))
        {
            CephException.IsError(RbdCalls.Protect(this, name), CephErrno.Busy, "rbd_snap_protect");
        }
    }

    /// <summary>Lets go of a snapshot's protection, where it has one. Busy where clones hang on it.</summary>
    public void EnsureUnprotected(string name)
    {
        if (IsProtected(name))
        {
            CephException.IsError(RbdCalls.Unprotect(this, name), CephErrno.Invalid, "rbd_snap_unprotect");
        }
    }

    /// <summary>Removes a snapshot, where it is there.</summary>
    public void EnsureNoSnapshot(string name) =>
        CephException.IsError(RbdCalls.RemoveSnapshot(this, name), CephErrno.NotFound, "rbd_snap_remove");

    /// <summary>The id of a snapshot.</summary>
    public ulong SnapshotId(string name)
    {
        CephException.ThrowIfFailed(RbdCalls.GetSnapshotId(this, name, out var id), "rbd_snap_get_id");
        return id;
    }

    /// <summary>When a snapshot was made.</summary>
    public DateTimeOffset SnapshotTime(ulong id)
    {
        CephException.ThrowIfFailed(RbdCalls.GetSnapshotTime(this, id, out var time), "rbd_snap_get_timestamp");
        return time.ToDateTimeOffset();
    }

    /// <summary>How many clones hang on the snapshot it was opened at, or on any where it was opened as it is now; those in the trash count.</summary>
    public int CountChildren()
    {
        for (nuint count = 16; ;)
        {
            var found = new RbdLinkedSpec[count];
            fixed (RbdLinkedSpec* start = found)
            {
                if (CephException.IsError(RbdCalls.ListChildren(this, start, ref count), CephErrno.Range, "rbd_list_children3"))
                {
                    continue;
                }

                RbdCalls.CleanChildList(start, count);
                return (int)count;
            }
        }
    }

    private bool IsProtected(string name)
    {
        CephException.ThrowIfFailed(RbdCalls.IsProtected(this, name, out var isProtected), "rbd_snap_is_protected");
        return isProtected != 0;
    }
}
