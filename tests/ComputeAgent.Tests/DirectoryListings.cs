using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>How often a directory is listed, as the kernel sees it (inotify).</summary>
internal sealed class DirectoryListings : IDisposable
{
    private const int NonBlocking = 0x800;
    private const uint Opened = 0x20;
    private const uint OfDirectory = 0x40000000;

    // wd, mask, cookie and the length of the name that follows.
    private const int Head = 16;

    private readonly SafeFileHandle _events;

    public DirectoryListings(string path)
    {
        _events = new SafeFileHandle(inotify_init1(NonBlocking), ownsHandle: true);
        Assert.IsGreaterThanOrEqualTo(0, inotify_add_watch(_events, path, Opened), $"inotify_add_watch: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Listings since the last question.</summary>
    public int Count()
    {
        var (count, buffer) = (0, new byte[64 << 10]);
        for (int read; (read = (int)read_(_events, buffer, buffer.Length)) > 0;)
        {
            for (var at = 0; at < read; at += Head + BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(at + 12)))
            {
                var isNamed = BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(at + 12)) > 0;
                count += !isNamed && (BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(at + 4)) & OfDirectory) != 0 ? 1 : 0;
            }
        }

        return count;
    }

    public void Dispose() => _events.Dispose();

    [DllImport("libc", SetLastError = true)]
    private static extern int inotify_init1(int flags);

    [DllImport("libc", SetLastError = true, BestFitMapping = false)]
    private static extern int inotify_add_watch(SafeFileHandle events, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint mask);

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    private static extern nint read_(SafeFileHandle file, byte[] buffer, nint count);
}
