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
internal sealed class ChunkBuffer(TransferBudget budget, byte[] bytes, BufferUse use)
{
    /// <summary>Above 1 MiB a capacity is a multiple of this, in bytes; below it is a power of two, so that few sizes are kept.</summary>
    public const int Granule = 4096;

    private int _users = 1;

    public Memory<byte> Memory => bytes;

    public static int CapacityFor(long length) => length <= 1 << 20
        ? (int)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)Math.Max(length, Granule))
        : (int)Math.Min((length + Granule - 1) / Granule * Granule, Array.MaxLength);

    /// <summary>The largest capacity of at most so many bytes.</summary>
    public static long LargestWithin(long bytes) => bytes < 1 << 20
        ? 1L << System.Numerics.BitOperations.Log2((ulong)bytes)
        : bytes / Granule * Granule;

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
        }
    }
}
