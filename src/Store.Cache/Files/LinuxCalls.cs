using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Cache.Files;

/// <summary>What .NET has no call for. The numbers are Linux's, of asm-generic.</summary>
internal static partial class LinuxCalls
{
    public const int InputOutput = 5;
    public const int TryAgain = 11;
    public const int AccessDenied = 13;
    public const int NoSuchAddress = 6;
    public const int FileTooBig = 27;

    private const int Interrupted = 4;
    private const int LockShared = 1;
    private const int LockExclusive = 2;
    private const int LockWithoutWaiting = 4;
    private const int SetOwnRange = 37;
    private const int SetOwnRangeWaiting = 38;
    private const int SeekData = 3;
    private const int SeekHole = 4;
    private const int PunchHoleKeepSize = 3;
    private const uint Clone = 0x40049409;
    private const int WithoutWaiting = 8; // RWF_NOWAIT

    private static volatile bool _lacksReadAtOnce;

    /// <summary>The user whose rights this process has.</summary>
    public static uint User => UserCall();

    /// <summary>Locks a file for as long as it is open, for many or for one alone. False where somebody else has it. Released by the kernel when the process ends.</summary>
    public static bool TryLock(SafeFileHandle file, LockKind kind)
    {
        while (LockCall(file, (kind == LockKind.Shared ? LockShared : LockExclusive) | LockWithoutWaiting) != 0)
        {
            if (Marshal.GetLastPInvokeError() is var error and not Interrupted)
            {
                return error == TryAgain ? false : throw Failed("A lock of the cache cannot be taken", error);
            }
        }

        return true;
    }

    /// <summary>Locks a range of numbers of an open file, which other open files of it then do not get.</summary>
    public static bool TryLockRange(SafeFileHandle file, long start, long length) => SetRange(file, RangeLock.Write, start, length, SetOwnRange);

    /// <summary>As <see cref="TryLockRange"/>, and waits. For what is held during a handful of calls.</summary>
    public static void LockRange(SafeFileHandle file, long start, long length) => SetRange(file, RangeLock.Write, start, length, SetOwnRangeWaiting);

    public static void UnlockRange(SafeFileHandle file, long start, long length) => SetRange(file, RangeLock.None, start, length, SetOwnRange);

    /// <summary>Makes a stretch of a file a hole. False where the file system has none.</summary>
    public static bool TryPunchHole(SafeFileHandle file, long offset, long length) => PunchCall(file, PunchHoleKeepSize, offset, length) == 0;

    /// <summary>Where the next bytes that are stored begin, from an offset on; null where none follow.</summary>
    public static long? NextData(SafeFileHandle file, long offset) => Seek(file, offset, SeekData);

    /// <summary>Where the next hole begins, from an offset on; the end of the file counts as one.</summary>
    public static long? NextHole(SafeFileHandle file, long offset) => Seek(file, offset, SeekHole);

    /// <summary>Makes one file share the blocks of another. False where the file system does not do that.</summary>
    public static bool TryClone(SafeFileHandle from, SafeFileHandle to)
    {
        var added = false;
        try
        {
            from.DangerousAddRef(ref added);
            return CloneCall(to, Clone, (int)from.DangerousGetHandle()) == 0;
        }
        finally
        {
            if (added)
            {
                from.DangerousRelease();
            }
        }
    }

    /// <summary>Copies a stretch of a file to the same place of another within the kernel; how much it was, or null where the kernel does not do that.</summary>
    public static long? TryCopy(SafeFileHandle from, SafeFileHandle to, long offset, long length)
    {
        var (source, target) = (offset, offset);
        return CopyCall(from, ref source, to, ref target, (nuint)length, 0) is >= 0 and var count ? count : null;
    }

    /// <summary>
    /// Reads what the kernel has in memory of a stretch of a file, without waiting for the disk: how much it was, or null where nothing is, or the file system does not tell.
    /// An error is null as well: a read that waits tells it.
    /// </summary>
    public static unsafe int? TryReadAtOnce(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        if (_lacksReadAtOnce)
        {
            return null;
        }

        try
        {
            fixed (byte* bytes = buffer)
            {
                var part = new Part { Bytes = bytes, Length = (nuint)buffer.Length };
                return ReadCall(file, &part, 1, offset, WithoutWaiting) is > 0 and var count ? (int)count : null;
            }
        }
        catch (EntryPointNotFoundException)
        {
            _lacksReadAtOnce = true; // a C library from before 2.26, or musl before 1.2.5
            return null;
        }
    }

    private static bool SetRange(SafeFileHandle file, short type, long start, long length, int command)
    {
        var range = new RangeLock { Type = type, Start = start, Length = length };
        while (RangeCall(file, command, ref range) != 0)
        {
            if (Marshal.GetLastPInvokeError() is var error and not Interrupted)
            {
                return error is TryAgain or AccessDenied ? false : throw Failed("A lock of the cache cannot be taken", error);
            }
        }

        return true;
    }

    private static long? Seek(SafeFileHandle file, long offset, int whence)
    {
        if (SeekCall(file, offset, whence) is >= 0 and var found)
        {
            return found;
        }

        return Marshal.GetLastPInvokeError() is var error && error == NoSuchAddress ? null : throw Failed("The holes of a file of the cache cannot be told", error);
    }

    private static IOException Failed(string what, int error) => new($"{what}: {Marshal.GetPInvokeErrorMessage(error)}", error);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint UserCall();

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int LockCall(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int RangeCall(SafeFileHandle file, int command, ref RangeLock range);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int PunchCall(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long SeekCall(SafeFileHandle file, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int CloneCall(SafeFileHandle to, nuint request, nint from);

    [LibraryImport("libc", EntryPoint = "copy_file_range", SetLastError = true)]
    private static partial nint CopyCall(SafeFileHandle from, ref long source, SafeFileHandle to, ref long target, nuint length, uint flags);

    [LibraryImport("libc", EntryPoint = "preadv2")]
    private static unsafe partial nint ReadCall(SafeFileHandle file, Part* parts, int count, long offset, int flags);

    // struct iovec.
    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Part
    {
        public byte* Bytes;
        public nuint Length;
    }

    // struct flock of a 64-bit Linux.
    [StructLayout(LayoutKind.Explicit, Size = 32)]
    private struct RangeLock
    {
        public const short Write = 1;
        public const short None = 2;

        [FieldOffset(0)]
        public short Type;

        [FieldOffset(8)]
        public long Start;

        [FieldOffset(16)]
        public long Length;
    }
}

/// <summary>Who else may have a file locked.</summary>
internal enum LockKind
{
    /// <summary>Others who share it.</summary>
    Shared,

    /// <summary>Nobody.</summary>
    Alone,
}
