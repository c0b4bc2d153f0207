using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Drivers.File;

/// <summary>Writes past the page cache what begins at a page of memory and at a block of the file; the rest is written as usual.</summary>
internal sealed class DirectWrites(HostFileSystem host, SafeFileHandle file) : IDisposable
{
    /// <summary>The unit of memory, offset and length: a page, and the largest block of common disks, in bytes.</summary>
    private const int BlockBytes = 4096;

    private readonly Lazy<SafeFileHandle?> _handle = new(() => host.OpenDirect(file));
    private volatile bool _refused;

    /// <summary>Writes as much of the beginning as can be, and tells how much that was, in bytes.</summary>
    public async ValueTask<int> TryWriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        var length = bytes.Length & ~(BlockBytes - 1);
        if (_refused || length == 0 || offset % BlockBytes != 0 || !IsAligned(bytes.Span) || _handle.Value is not { } handle)
        {
            return 0;
        }

        try
        {
            await RandomAccess.WriteAsync(handle, bytes[..length], offset, cancellationToken).ConfigureAwait(false);
            return length;
        }
        catch (IOException e) when (e.HResult == Errno.Invalid)
        {
            _refused = true; // this file system has larger blocks, or rules of its own
            return 0;
        }
    }

    public void Dispose()
    {
        if (_handle.IsValueCreated)
        {
            _handle.Value?.Dispose();
        }
    }

    private static unsafe bool IsAligned(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            return ((nint)first & (BlockBytes - 1)) == 0;
        }
    }
}
