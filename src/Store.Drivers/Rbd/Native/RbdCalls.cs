using System.Runtime.InteropServices;

namespace GlanceStore.Drivers.Rbd.Native;

// Of rbd/librbd.h, as far as it is needed. Everything returns 0 or more, or an error number, negated.
internal static unsafe partial class RbdCalls
{
    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_version")]
    public static partial void Version(out int major, out int minor, out int extra);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_create2", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Create(RadosPool pool, string name, ulong size, ulong features, ref int order);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_image_options_create")]
    public static partial void CreateOptions(out nint options);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_image_options_destroy")]
    public static partial void DestroyOptions(nint options);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_image_options_set_uint64")]
    public static partial int SetOption(nint options, int name, ulong value);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_clone3", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Clone(RadosPool source, string name, string snapshot, RadosPool pool, string clone, nint options);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_flatten_with_progress")]
    public static partial int Flatten(RbdImage image, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_remove", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Remove(RadosPool pool, string name);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_list2")]
    public static partial int List(RadosPool pool, RbdImageSpec* images, ref nuint count);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_image_spec_list_cleanup")]
    public static partial void CleanList(RbdImageSpec* images, nuint count);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_trash_move", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MoveToTrash(RadosPool pool, string name, ulong delaySeconds);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_trash_restore", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Restore(RadosPool pool, string id, string name);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_trash_remove", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RemoveFromTrash(RadosPool pool, string id, [MarshalAs(UnmanagedType.U1)] bool force);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_trash_get", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int GetTrashed(RadosPool pool, string id, out RbdTrashSpec image);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_trash_get_cleanup")]
    public static partial void CleanTrashed(ref RbdTrashSpec image);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_trash_list")]
    public static partial int ListTrash(RadosPool pool, RbdTrashSpec* images, ref nuint count);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_trash_list_cleanup")]
    public static partial void CleanTrashList(RbdTrashSpec* images, nuint count);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_open_by_id", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(RadosPool pool, string id, out nint image, string? snapshot);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_open_by_id_read_only", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenReadOnly(RadosPool pool, string id, out nint image, string? snapshot);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_close")]
    public static partial int Close(nint image);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_get_size")]
    public static partial int GetSize(RbdImage image, out ulong size);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_get_features")]
    public static partial int GetFeatures(RbdImage image, out ulong features);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_get_overlap")]
    public static partial int GetOverlap(RbdImage image, out ulong overlap);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_get_flags")]
    public static partial int GetFlags(RbdImage image, out ulong flags);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_get_create_timestamp")]
    public static partial int GetCreated(RbdImage image, out CephTime time);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_get_modify_timestamp")]
    public static partial int GetModified(RbdImage image, out CephTime time);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_resize")]
    public static partial int Resize(RbdImage image, ulong size);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_snap_create", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int CreateSnapshot(RbdImage image, string name);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_snap_remove", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RemoveSnapshot(RbdImage image, string name);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_snap_protect", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Protect(RbdImage image, string name);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_snap_unprotect", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unprotect(RbdImage image, string name);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_snap_is_protected", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int IsProtected(RbdImage image, string name, out int isProtected);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_snap_set_by_id")]
    public static partial int SetSnapshot(RbdImage image, ulong id);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_snap_get_namespace_type")]
    public static partial int GetSnapshotKind(RbdImage image, ulong id, out RbdSnapshotKind kind);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_snap_get_id", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int GetSnapshotId(RbdImage image, string name, out ulong id);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_snap_get_timestamp")]
    public static partial int GetSnapshotTime(RbdImage image, ulong id, out CephTime time);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_snap_list")]
    public static partial int ListSnapshots(RbdImage image, RbdSnapshotSpec* snapshots, ref int count);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_snap_list_end")]
    public static partial void CleanSnapshotList(RbdSnapshotSpec* snapshots);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_list_children3")]
    public static partial int ListChildren(RbdImage image, RbdLinkedSpec* images, ref nuint count);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_linked_image_spec_list_cleanup")]
    public static partial void CleanChildList(RbdLinkedSpec* images, nuint count);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_watchers_list")]
    public static partial int ListWatchers(RbdImage image, RbdWatcherSpec* watchers, ref nuint count);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_watchers_list_cleanup")]
    public static partial void CleanWatcherList(RbdWatcherSpec* watchers, nuint count);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_metadata_get", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int GetMetadata(RbdImage image, string key, byte* value, ref nuint length);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_diff_iterate2", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Diff(
        RbdImage image, string? from, ulong offset, ulong length, byte includeParent, byte wholeObject,
        delegate* unmanaged[Cdecl]<ulong, nuint, int, nint, int> found, nint argument);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_aio_create_completion")]
    public static partial int CreateCompletion(nint argument, delegate* unmanaged[Cdecl]<nint, nint, void> complete, out nint completion);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_aio_get_return_value")]
    public static partial nint ReturnValue(nint completion);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_aio_release")]
    public static partial void Release(nint completion);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_aio_write")]
    public static partial int Write(RbdImage image, ulong offset, nuint length, byte* bytes, nint completion);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_aio_read")]
    public static partial int Read(RbdImage image, ulong offset, nuint length, byte* bytes, nint completion);
}
