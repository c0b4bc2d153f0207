using System.Runtime.InteropServices;

namespace GlanceStore.Drivers.Rbd.Native;

// The structures of rbd/librbd.h for 64-bit processes; texts are UTF-8 and belong to the library.

/// <summary><c>rbd_image_spec_t</c>, 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RbdImageSpec
{
    public nint Id;
    public nint Name;
}

/// <summary><c>rbd_trash_image_info_t</c>, 40 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RbdTrashSpec
{
    public nint Id;
    public nint Name;
    public int Source;
    public long DeletedAt;
    public long DeferredUntil;
}

/// <summary><c>rbd_snap_info_t</c>, 24 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RbdSnapshotSpec
{
    public ulong Id;
    public ulong Size;
    public nint Name;
}

/// <summary><c>rbd_linked_image_spec_t</c>, 48 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RbdLinkedSpec
{
    public long PoolId;
    public nint PoolName;
    public nint PoolNamespace;
    public nint ImageId;
    public nint ImageName;
    public byte IsTrashed;
}

/// <summary><c>rbd_image_watcher_t</c>, 24 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RbdWatcherSpec
{
    public nint Address;
    public long Id;
    public ulong Cookie;
}

/// <summary><c>struct timespec</c>, 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CephTime
{
    public long Seconds;
    public long Nanoseconds;

    public readonly DateTimeOffset ToDateTimeOffset() => DateTimeOffset.FromUnixTimeSeconds(Seconds).AddTicks(Nanoseconds / TimeSpan.NanosecondsPerTick);
}
