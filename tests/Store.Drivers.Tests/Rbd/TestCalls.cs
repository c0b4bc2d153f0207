using System.Runtime.InteropServices;
using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

// What only somebody does who looks behind the driver's back.
internal static partial class TestCalls
{
    private const int CloneFormatOption = 12; // RBD_IMAGE_OPTION_CLONE_FORMAT

    /// <summary>Makes a clone in either of the formats there are; blocks until it is made.</summary>
    public static void Clone(RadosPool pool, string image, string snapshot, string clone, int format)
    {
        RbdCalls.CreateOptions(out var options);
        CephException.ThrowIfFailed(RbdCalls.SetOption(options, CloneFormatOption, (ulong)format), "rbd_image_options_set_uint64");
        var result = RbdCalls.Clone(pool, image, snapshot, pool, clone, options);
        RbdCalls.DestroyOptions(options);
        CephException.ThrowIfFailed(result, "rbd_clone3");
    }

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

    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    public static partial int ShutDown(int socket, int how);
}
