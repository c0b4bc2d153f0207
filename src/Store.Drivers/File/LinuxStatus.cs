using System.Globalization;
using System.Runtime.InteropServices;

namespace GlanceStore.Drivers.File;

// struct statx of linux/stat.h, which is the same on every architecture; only the fields that are read here.
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct LinuxStatus
{
    private const ushort TypeMask = 0xF000;
    private const ushort RegularFile = 0x8000;
    private const ushort Directory = 0x4000;
    private const ushort SymbolicLink = 0xA000;

    [FieldOffset(28)]
    public ushort Mode;

    [FieldOffset(32)]
    public ulong Inode;

    [FieldOffset(40)]
    public ulong Size;

    [FieldOffset(112)]
    public LinuxTime Modified;

    [FieldOffset(136)]
    public uint DeviceMajor;

    [FieldOffset(140)]
    public uint DeviceMinor;

    public readonly bool IsRegularFile => (Mode & TypeMask) == RegularFile;

    public readonly bool IsSymbolicLink => (Mode & TypeMask) == SymbolicLink;

    public readonly string Kind => (Mode & TypeMask) switch
    {
        Directory => "a directory",
        RegularFile => "a file",
        SymbolicLink => "a symbolic link",
        _ => "a device, a pipe or a socket",
    };

    public readonly bool IsSameFileAs(in LinuxStatus other) =>
        Inode == other.Inode && DeviceMajor == other.DeviceMajor && DeviceMinor == other.DeviceMinor;
}

[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct LinuxTime
{
    public long Seconds;
    public uint Nanoseconds;

    public override readonly string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Seconds:x}.{Nanoseconds:x}");
}
