using System.Runtime.InteropServices;

namespace GlanceStore.Cli;

/// <summary>What .NET does not tell of a file: its kind, and whether two names are of the same one. Known on Linux only.</summary>
internal static partial class UnixFile
{
    private const int CurrentDirectory = -100;
    private const uint BasicStatus = 0x7ff;
    private const int GetDescriptorFlags = 1;
    private const int CloseOnExec = 1;

    /// <summary>Whether something is there that is no regular file: a pipe, a device, a socket.</summary>
    public static bool IsSpecial(string path) => TryStatus(path, out var status) && !status.IsOf(Kind.Regular) && !status.IsOf(Kind.Directory);

    /// <summary>Whether what is written to one name would be in the place of what is read by the other.</summary>
    /// <remarks>A terminal or /dev/null takes nothing from its reader, so it is never the same.</remarks>
    public static bool IsSame(string one, string other) => TryStatus(one, out var first) && TryStatus(other, out var second)
        ? first.IsSameAs(second) && !first.IsOf(Kind.CharacterDevice)
        : Path.GetFullPath(one) == Path.GetFullPath(other);

    /// <summary>Whether the process was given this descriptor by the one that started it.</summary>
    /// <remarks>
    /// The runtime's first files take the numbers that were closed. All of these close on exec, and what outlived one does not.
    /// </remarks>
    public static bool IsInherited(int descriptor) =>
        !OperatingSystem.IsLinux() || (DescriptorCall(descriptor, GetDescriptorFlags) is >= 0 and var flags && (flags & CloseOnExec) == 0);

    private static bool TryStatus(string path, out Status status)
    {
        status = default;
        return OperatingSystem.IsLinux() && StatusCall(CurrentDirectory, path, 0, BasicStatus, out status) == 0;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatusCall(int directory, string path, int flags, uint mask, out Status status);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int DescriptorCall(int descriptor, int command);

    private enum Kind : ushort
    {
        CharacterDevice = 0x2000,
        Directory = 0x4000,
        Regular = 0x8000,
    }

    // struct statx of linux/stat.h, which is the same on every architecture; only the fields that are read here.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        private const ushort KindMask = 0xF000;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;

        public readonly bool IsOf(Kind kind) => (Mode & KindMask) == (ushort)kind;

        public readonly bool IsSameAs(in Status other) =>
            Inode == other.Inode && DeviceMajor == other.DeviceMajor && DeviceMinor == other.DeviceMinor;
    }
}
