using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace GlanceStore;

/// <summary>Makes sure that what was written, and the name it was given, outlast a power cut.</summary>
/// <remarks>
/// By the system's own call on Linux: of .NET 10, <c>RandomAccess.FlushToDisk</c> and <c>FileStream.Flush(true)</c> do not tell that it failed.
/// </remarks>
internal static partial class DiskFlush
{
    private const int ReadOnlyCloseOnExec = 0x80000;
    private const int Interrupted = 4;
    private const int AccessDenied = 13;
    private const int Invalid = 22;
    private const int ReadOnlyFileSystem = 30;
    private const int NotSupported = 95;
    private const uint StartWrite = 2;

    /// <summary>Flushes a file. A pipe or a terminal has nothing to flush.</summary>
    /// <exception cref="IOException">Its disk did not take all of it.</exception>
    public static void Of(SafeFileHandle file, string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
        }
        else if (ErrorOf(file) is var error and not 0)
        {
            throw Failed($"'{path}'", error);
        }
    }

    /// <summary>Starts writing a stretch of a file to its disk. A hint: what fails is told when the file is flushed.</summary>
    public static void Begin(SafeFileHandle file, long offset, long length)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = FlushRangeCall(file, offset, length, StartWrite);
        }
    }

    /// <summary>
    /// Flushes the directory that a file's name is in, on Linux. One that this user may write to and not read cannot be, and is passed over.
    /// </summary>
    /// <exception cref="IOException">It could not be flushed.</exception>
    public static void OfDirectory(string file)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var directory = Path.GetDirectoryName(Path.GetFullPath(file))!;
        using var handle = OpenCall(directory, ReadOnlyCloseOnExec);
        var error = handle.IsInvalid ? Marshal.GetLastPInvokeError() : ErrorOf(handle);
        if (error != 0 && !(handle.IsInvalid && error == AccessDenied))
        {
            throw Failed($"The directory '{directory}'", error);
        }
    }

    // Some files and file systems cannot be flushed, and say so: they have nothing to flush.
    private static int ErrorOf(SafeFileHandle file)
    {
        while (FlushCall(file) != 0)
        {
            if (Marshal.GetLastPInvokeError() is var error and not Interrupted)
            {
                return error is Invalid or ReadOnlyFileSystem or NotSupported ? 0 : error;
            }
        }

        return 0;
    }

    private static IOException Failed(string what, int error) =>
        new($"{what} could not be flushed to its disk: {Marshal.GetPInvokeErrorMessage(error)}", error);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenCall(string path, int flags);

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int FlushRangeCall(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushCall(SafeFileHandle handle);
}
