namespace GlanceStore.Drivers.Rbd.Native;

/// <summary>A snapshot of an image.</summary>
internal sealed record RbdSnapshotInfo(ulong Id, string Name, RbdSnapshotKind Kind);

/// <summary>Whose a snapshot is: <c>rbd_snap_namespace_type_t</c>.</summary>
internal enum RbdSnapshotKind
{
    /// <summary>Somebody made it.</summary>
    User = 0,

    /// <summary>It was made with those of other images.</summary>
    Group = 1,

    /// <summary>It was removed while clones hung on it, or is being removed; its name is a made-up one.</summary>
    Trash = 2,

    /// <summary>Mirroring made it.</summary>
    Mirror = 3,
}

/// <content>Its snapshots, and the clones that hang on them.</content>
internal sealed unsafe partial class RbdImage
{
    /// <summary>Its snapshots.</summary>
    public IReadOnlyList<RbdSnapshotInfo> ListSnapshots()
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

                var names = found[..listed].Select(snapshot => (snapshot.Id, Name: NativeText.Of(snapshot.Name))).ToList();
                if (listed > 0)
                {
                    RbdCalls.CleanSnapshotList(start);
                }

                return [.. names.Select(snapshot => new RbdSnapshotInfo(snapshot.Id, snapshot.Name, KindOf(snapshot.Id)))];
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

    /// <summary>Whether clones hang on a snapshot; those in the trash count. The image is open at the snapshot afterwards.</summary>
    public bool HasClones(ulong snapshotId)
    {
        if (CephException.IsError(RbdCalls.SetSnapshot(this, snapshotId), CephErrno.NotFound, "rbd_snap_set_by_id"))
        {
            return false;
        }

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
                return count > 0;
            }
        }
    }

    /// <summary>Whether a snapshot is protected.</summary>
    public bool IsProtected(string name)
    {
        CephException.ThrowIfFailed(RbdCalls.IsProtected(this, name, out var isProtected), "rbd_snap_is_protected");
        return isProtected != 0;
    }

    private RbdSnapshotKind KindOf(ulong id)
    {
        CephException.ThrowIfFailed(RbdCalls.GetSnapshotKind(this, id, out var kind), "rbd_snap_get_namespace_type");
        return kind;
    }
}
