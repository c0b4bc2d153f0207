using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Drivers.File;

// The system calls that .NET has no method for. Numbers from asm-generic/fcntl.h and linux/fcntl.h, for 64-bit processes.
internal static partial class LinuxCalls
{
    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int ReadWrite = 2;
    public const int CloseOnExec = 0x80000;
    public const int PathOnly = 0x200000;

    public const int CurrentDirectory = -100;
    public const int DoNotFollow = 0x100;
    public const int FollowLink = 0x400;
    public const int EmptyPath = 0x1000;

    public const int KeepSize = 1;

    public const uint WaitBefore = 1;
    public const uint StartWrite = 2;
    public const uint WaitAfter = 4;

    public const int SharedLock = 1;
    public const int ExclusiveLock = 2;
    public const int DoNotBlock = 4;

    public const uint DoNotReplace = 1;

    private const uint BasicStatus = 0x7ff;

    // Arm and 64-bit PowerPC number these two flags in ways of their own.
    public static readonly int DirectoryOnly = RuntimeInformation.ProcessArchitecture
        is Architecture.Arm64 or Architecture.Arm or Architecture.Ppc64le ? 0x4000 : 0x10000;

    public static readonly int Direct = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.Arm64 or Architecture.Arm => 0x10000,
        Architecture.Ppc64le => 0x20000,
        _ => 0x4000,
    };

    public static readonly int Unnamed = 0x400000 | DirectoryOnly;

    public static int LastError => Marshal.GetLastPInvokeError();

    public static string LinkTo(SafeFileHandle handle) => $"/proc/self/fd/{handle.DangerousGetHandle()}";

    public static int Status(string path, int flags, out LinuxStatus status) =>
        StatusCall(CurrentDirectory, path, flags, BasicStatus, out status);

    public static int Status(SafeFileHandle directory, string path, int flags, out LinuxStatus status) =>
        StatusCall(directory, path, flags, BasicStatus, out status);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(int oldDirectory, string oldPath, int newDirectory, string newPath, int flags);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rename(int oldDirectory, string oldPath, int newDirectory, string newPath, uint flags);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unlink(SafeFileHandle directory, string name, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Flush(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    public static partial int Allocate(SafeFileHandle handle, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    public static partial int FlushRange(SafeFileHandle handle, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "copy_file_range", SetLastError = true)]
    public static partial nint CopyRange(SafeFileHandle from, ref long fromOffset, SafeFileHandle to, ref long toOffset, nuint length, uint flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(SafeFileHandle handle, int operation);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatusCall(SafeFileHandle directory, string path, int flags, uint mask, out LinuxStatus status);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatusCall(int directory, string path, int flags, uint mask, out LinuxStatus status);
}
