using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace GlanceStore;

/// <summary>What .NET does not tell of a file: its kind, whose it is, and whether two names are of the same one. Known on Linux only.</summary>
internal static partial class UnixFile
{
    private const int CurrentDirectory = -100;
    private const uint BasicStatus = 0x7ff;
    private const int NoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const int GetDescriptorFlags = 1;
    private const int CloseOnExec = 1;
    private const int NoEntry = 2;
    private const int NotDirectory = 20;

    /// <summary>Whether something is there that is no regular file: a pipe, a device, a socket.</summary>
    public static bool IsSpecial(string path) => StatusOf(path) is { IsRegular: false, IsDirectory: false };

    /// <summary>Whether what is written to one name would be in the place of what is read by the other.</summary>
    /// <remarks>A terminal or /dev/null takes nothing from its reader, so it is never the same.</remarks>
    public static bool IsSame(string one, string other) => StatusOf(one) is { } first && StatusOf(other) is { } second
        ? first.IsSameAs(second) && !first.IsCharacterDevice
        : Path.GetFullPath(one) == Path.GetFullPath(other);

    /// <summary>Whether the process was given this descriptor by the one that started it.</summary>
    /// <remarks>
    /// The runtime's first files take the numbers that were closed. All of these close on exec, and what outlived one does not.
    /// </remarks>
    public static bool IsInherited(int descriptor) =>
        !OperatingSystem.IsLinux() || (DescriptorCall(descriptor, GetDescriptorFlags) is >= 0 and var flags && (flags & CloseOnExec) == 0);

    /// <summary>What the system says of the file behind a name; null where there is none, or where the system does not tell.</summary>
    public static UnixStatus? StatusOf(string path) =>
        OperatingSystem.IsLinux() && StatusCall(CurrentDirectory, path, 0, BasicStatus, out var status) == 0 ? status : null;

    /// <summary>As <see cref="StatusOf(string)"/>, of a link itself and not of what it leads to.</summary>
    public static UnixStatus? StatusOfName(string path) =>
        OperatingSystem.IsLinux() && StatusCall(CurrentDirectory, path, NoFollow, BasicStatus, out var status) == 0 ? status : null;

    /// <summary>As <see cref="StatusOfName"/>, for whom it matters whether nothing is there or nothing could be found out.</summary>
    /// <exception cref="IOException">The system could not tell.</exception>
    public static UnixStatus? LookAt(string path)
    {
        if (StatusOfName(path) is { } found)
        {
            return found;
        }

        return Marshal.GetLastPInvokeError() is var error and not (NoEntry or NotDirectory) && OperatingSystem.IsLinux()
            ? throw new IOException($"'{path}' cannot be looked at: {Marshal.GetPInvokeErrorMessage(error)}", error)
            : null;
    }

    /// <summary>What the system says of an open file; null where it does not tell.</summary>
    public static UnixStatus? StatusOf(SafeFileHandle file) =>
        OperatingSystem.IsLinux() && OpenStatusCall(file, "", EmptyPath, BasicStatus, out var status) == 0 ? status : null;

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatusCall(int directory, string path, int flags, uint mask, out UnixStatus status);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenStatusCall(SafeFileHandle file, string path, int flags, uint mask, out UnixStatus status);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int DescriptorCall(int descriptor, int command);
}
