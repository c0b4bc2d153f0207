using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Cache.Files;

/// <summary>One file as another: sharing its blocks where the file system does that, else copied in the kernel, holes left out.</summary>
internal static class FileCopy
{
    // What is copied in one call: little enough that cancellation is seen well within a second.
    private const long SliceBytes = 32 << 20;
    private const int BufferBytes = 256 << 10;

    /// <summary>Makes an empty file the same as another.</summary>
    public static async Task<CloneMethod> CloneAsync(HostDisk disk, SafeFileHandle from, SafeFileHandle to, CancellationToken cancellationToken)
    {
        if (disk.TryShare(from, to))
        {
            return CloneMethod.Reflink;
        }

        var size = disk.LengthOf(from);
        disk.Resize(to, size);
        for (var offset = 0L; offset < size && disk.NextData(from, offset) is { } data;)
        {
            var end = disk.NextHole(from, data) ?? size;
            await CopyAsync(disk, from, to, data, end, cancellationToken).ConfigureAwait(false);
            offset = end;
        }

        return CloneMethod.Copy;
    }

    private static async Task CopyAsync(HostDisk disk, SafeFileHandle from, SafeFileHandle to, long offset, long end, CancellationToken cancellationToken)
    {
        while (offset < end)
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // the kernel holds the thread
            cancellationToken.ThrowIfCancellationRequested();
            var length = Math.Min(SliceBytes, end - offset);
            var count = disk.TryCopy(from, to, offset, length) ?? await CopyByHandAsync(disk, from, to, offset, length, cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                throw new IOException("The file became shorter while it was copied.");
            }

            offset += count;
        }
    }

    // Between file systems of two kinds, and on kernels that do not copy there.
    private static async Task<long> CopyByHandAsync(
        HostDisk disk, SafeFileHandle from, SafeFileHandle to, long offset, long length, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var count = await disk.ReadAsync(from, buffer.AsMemory(0, (int)Math.Min(BufferBytes, length)), offset, cancellationToken).ConfigureAwait(false);
            await disk.WriteAsync(to, buffer.AsMemory(0, count), offset, cancellationToken).ConfigureAwait(false);
            return count;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
