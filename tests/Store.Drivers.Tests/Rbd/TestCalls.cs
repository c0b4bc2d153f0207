using System.Runtime.InteropServices;
using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

// What only somebody does who looks behind the driver's back.
internal static partial class TestCalls
{
    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_namespace_create", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int CreateNamespace(RadosPool pool, string name);

    [LibraryImport(CephLibraries.Rbd, EntryPoint = "rbd_namespace_remove", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RemoveNamespace(RadosPool pool, string name);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_nobjects_list_open")]
    public static partial int OpenList(RadosPool pool, out nint list);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_nobjects_list_next")]
    public static partial int NextInList(nint list, out nint name, nint locator, nint @namespace);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_nobjects_list_close")]
    public static partial void CloseList(nint list);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_write", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Write(RadosPool pool, string name, in byte bytes, nuint length, ulong offset);

    [LibraryImport(CephLibraries.Rados, EntryPoint = "rados_read", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Read(RadosPool pool, string name, ref byte bytes, nuint length, ulong offset);
}
