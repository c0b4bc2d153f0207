using System.Runtime.InteropServices;

namespace GlanceStore.Drivers.Rbd.Native;

// Of rados/librados.h, as far as it is needed. Everything returns 0 or more, or an error number, negated.
internal static unsafe partial class RadosCalls
{
    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_create", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Create(out nint cluster, string? user);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_conf_read_file", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ReadConf(RadosCluster cluster, string? path);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetConf(RadosCluster cluster, string option, string value);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_conf_get", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int GetConf(RadosCluster cluster, string option, byte* buffer, nuint length);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_connect")]
    public static partial int Connect(RadosCluster cluster);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_cluster_fsid")]
    public static partial int ClusterFsid(RadosCluster cluster, byte* buffer, nuint length);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_get_instance_id")]
    public static partial ulong InstanceId(RadosCluster cluster);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_shutdown")]
    public static partial void Shutdown(nint cluster);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_pool_lookup", StringMarshalling = StringMarshalling.Utf8)]
    public static partial long LookUpPool(RadosCluster cluster, string pool);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_ioctx_create", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int CreatePool(RadosCluster cluster, string pool, out nint handle);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_ioctx_destroy")]
    public static partial void DestroyPool(nint pool);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_ioctx_get_id")]
    public static partial long PoolId(RadosPool pool);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_ioctx_set_namespace", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetNamespace(RadosPool pool, string name);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_set_pool_full_try")]
    public static partial void SetFullTry(RadosPool pool);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_aio_create_completion")]
    public static partial int CreateCompletion(nint argument, delegate* unmanaged[Cdecl]<nint, nint, void> complete, nint safe, out nint completion);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_aio_get_return_value")]
    public static partial int ReturnValue(nint completion);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_aio_release")]
    public static partial void Release(nint completion);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_aio_read", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Read(RadosPool pool, string name, nint completion, byte* buffer, nuint length, ulong offset);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_read", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ReadNow(RadosPool pool, string name, byte* buffer, nuint length, ulong offset);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_remove", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Remove(RadosPool pool, string name);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_lock_exclusive", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Lock(RadosPool pool, string name, string @lock, string cookie, string description, in TimeValue duration, byte flags);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_unlock", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unlock(RadosPool pool, string name, string @lock, string cookie);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_create_write_op")]
    public static partial nint CreateWriteOperation();

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_release_write_op")]
    public static partial void ReleaseWriteOperation(nint operation);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_write_op_assert_exists")]
    public static partial void AssertExists(nint operation);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_write_op_exec", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void ExecuteWriting(nint operation, string @class, string method, byte* input, nuint inputLength, int* result);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_write_op_operate", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OperateWriting(nint operation, RadosPool pool, string name, nint time, int flags);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_create_read_op")]
    public static partial nint CreateReadOperation();

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_release_read_op")]
    public static partial void ReleaseReadOperation(nint operation);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_read_op_exec_user_buf", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void Execute(
        nint operation, string @class, string method, byte* input, nuint inputLength, byte* output, nuint outputLength, nuint* used, int* result);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_read_op_operate", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OperateNow(nint operation, RadosPool pool, string name, int flags);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_aio_read_op_operate", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Operate(nint operation, RadosPool pool, nint completion, string name, int flags);
}

/// <summary><c>struct timeval</c>, 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimeValue
{
    public long Seconds;
    public long Microseconds;
}
