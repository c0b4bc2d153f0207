using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GlanceStore.Drivers.Rbd.Native;

/// <summary>A stretch of an image.</summary>
internal readonly record struct RbdExtent(long Offset, long Length)
{
    public long End => Offset + Length;
}

/// <content>What is in it.</content>
internal sealed partial class RbdImage
{
    /// <summary>Writes. The library has copied the bytes when this returns its task; without a cache they are stored when the task ends.</summary>
    public unsafe Task WriteAsync(long offset, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            return RunAsync("rbd_aio_write", Beginning((nint)start, bytes.Length));
        }

        Func<nint, int> Beginning(nint start, int length) => completion => RbdCalls.Write(this, (ulong)offset, (nuint)length, (byte*)start, completion);
    }

    /// <summary>Reads into memory that must stay until the task ends: as many bytes as there are, at most <paramref name="count"/>.</summary>
    public unsafe Task<long> ReadAsync(long offset, NativeBuffer buffer, int count) =>
        RunAsync("rbd_aio_read", completion => RbdCalls.Read(this, (ulong)offset, (nuint)count, buffer.Pointer, completion));

    /// <summary>The stretches of it that are not holes, in order, by whole objects.</summary>
    public IReadOnlyList<RbdExtent> ListExtents()
    {
        var merged = new List<RbdExtent>();
        foreach (var found in FindExtents().OrderBy(extent => extent.Offset))
        {
            Add(merged, found);
        }

        return merged;
    }

    // By object: where an image is striped over several of them, not in order.
    private unsafe List<RbdExtent> FindExtents()
    {
        var extents = new List<RbdExtent>();
        var handle = GCHandle.Alloc(extents);
        try
        {
            CephException.ThrowIfFailed(
                RbdCalls.Diff(this, null, 0, (ulong)Size, 1, 1, &Found, GCHandle.ToIntPtr(handle)), "rbd_diff_iterate2");
            return extents;
        }
        finally
        {
            handle.Free();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Found(ulong offset, nuint length, int exists, nint argument)
    {
        if (exists != 0)
        {
            Add((List<RbdExtent>)GCHandle.FromIntPtr(argument).Target!, new RbdExtent((long)offset, (long)length));
        }

        return 0;
    }

    private static void Add(List<RbdExtent> extents, RbdExtent found)
    {
        if (extents is [.., var last] && last.Offset <= found.Offset && found.Offset <= last.End)
        {
            extents[^1] = last with { Length = Math.Max(last.End, found.End) - last.Offset };
        }
        else
        {
            extents.Add(found);
        }
    }

    // Closed no earlier than the operation has ended, though nobody may wait for it any more.
    private async Task<long> RunAsync(string call, Func<nint, int> begin)
    {
        using var use = new HandleUse(this);
        return await Completion.OfRbd(call, begin).ConfigureAwait(false);
    }
}
