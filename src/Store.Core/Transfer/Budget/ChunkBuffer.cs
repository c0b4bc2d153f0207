using System.Runtime.InteropServices;

namespace GlanceStore.Transfer;

/// <summary>What a buffer is rented for: reads may hold half of the budget, see <see cref="TransferBudget"/>.</summary>
internal enum BufferUse
{
    Write,
    Read,
}

/// <summary>
/// The one owner of pooled bytes. A chunk is used by several workers at once (each digest, the write), so the buffer counts them and goes
/// back to its budget when the last one is done.
/// </summary>
internal sealed class ChunkBuffer(TransferBudget budget, Memory<byte> bytes, BufferUse use)
{
    /// <summary>Above 1 MiB a capacity is a multiple of this, in bytes; below it is a power of two, so that few sizes are kept.</summary>
    public const int Granule = 4096;

    private int _users = 1;
    private SemaphoreSlim? _share;

    public Memory<byte> Memory => bytes;

    public static int CapacityFor(long length) => length <= 1 << 20
        ? (int)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)Math.Max(length, Granule))
        : (int)Math.Min((length + Granule - 1) / Granule * Granule, Array.MaxLength);

    /// <summary>New bytes; from 1 MiB on they begin at a page, so that a driver can hand them to a disk as they are.</summary>
    public static Memory<byte> Allocate(int capacity)
    {
        if (capacity < 1 << 20)
        {
            return GC.AllocateUninitializedArray<byte>(capacity);
        }

        var bytes = GC.AllocateUninitializedArray<byte>(Math.Min(capacity + Granule, Array.MaxLength), pinned: true);
        var address = Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0);
        var start = (int)((Granule - (address & (Granule - 1))) & (Granule - 1));
        return bytes.AsMemory(Math.Min(start, bytes.Length - capacity), capacity);
    }

    /// <summary>The largest capacity of at most so many bytes.</summary>
    public static long LargestWithin(long bytes) => bytes < 1 << 20
        ? 1L << System.Numerics.BitOperations.Log2((ulong)bytes)
        : bytes / Granule * Granule;

    /// <summary>Counts against a transfer's own share until it goes back.</summary>
    public ChunkBuffer Within(SemaphoreSlim share)
    {
        _share = share;
        return this;
    }

    /// <summary>Counts one more user; each calls <see cref="Release"/> once.</summary>
    public ChunkBuffer Retain()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            budget.Return(bytes, use);
            _share?.Release();
        }
    }
}
