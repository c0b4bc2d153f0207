using GlanceStore.Drivers;

namespace GlanceStore.Transfer;

/// <summary>
/// How an image is cut into chunks: a pure function of its size, the driver's limits and the memory there is. A known size gets chunks of
/// one length. An unknown one begins small and grows, so that the common image needs little memory and the largest still fits the
/// backend's number of chunks.
/// </summary>
internal sealed class ChunkPlan
{
    /// <summary>The largest image the planner makes room for where the backend names no limit: the largest S3 object.</summary>
    public const long LargestImage = 5L << 40;

    // Up to here an unknown size costs no more memory than a known one would: 64 % of all chunks carry it, so 16 MiB each of 10,000.
    private const long UsualImage = 100L << 30;
    private const int UsualPercent = 64;

    // The rest doubles the length at every step of 4 % of all chunks, until what is left can carry the largest image.
    private const int StepPercent = 4;
    private const int FewestChunksToGrow = 100;
    private const long Granule = 1 << 20;

    private readonly List<(long Count, long Length)> _stages = [];

    private ChunkPlan()
    {
    }

    /// <summary>The most bytes the plan can carry.</summary>
    public long Capacity { get; private set; }

    /// <summary>The length of its largest chunk in bytes: what it needs as a buffer.</summary>
    public long LargestChunk => _stages.Max(stage => stage.Length);

    /// <summary>Makes a plan.</summary>
    /// <param name="size">The image's size in bytes, or null where it is not known.</param>
    /// <param name="limits">What the driver can take.</param>
    /// <param name="preferred">The chunk length asked for, in bytes; null for the driver's own preference.</param>
    /// <param name="largestBuffer">The largest chunk the memory budget allows, in bytes. Only a plan for an unknown size bends to it.</param>
    /// <exception cref="StoreException"><see cref="StoreError.TooLarge"/>: no plan within the driver's limits carries the size.</exception>
    public static ChunkPlan For(long? size, DriverCapabilities limits, long? preferred, long largestBuffer)
    {
        var usual = Math.Clamp(preferred ?? limits.PreferredChunkBytes, limits.MinChunkBytes, limits.MaxChunkBytes);
        return size is { } known ? ForKnown(known, limits, usual) : ForUnknown(limits, usual, largestBuffer);
    }

    /// <summary>The plan as runs of chunks.</summary>
    public IReadOnlyList<ChunkRun> Runs => [.. _stages.Select(stage => new ChunkRun(stage.Count, stage.Length))];

    /// <summary>The plan that was made before.</summary>
    public static ChunkPlan Of(IReadOnlyList<ChunkRun> runs)
    {
        var plan = new ChunkPlan();
        foreach (var run in runs)
        {
            plan.Add(run.Count, run.Length);
        }

        return plan;
    }

    /// <summary>The length of a chunk, in bytes; the last of an image may be shorter.</summary>
    public long LengthOf(long index)
    {
        foreach (var (count, length) in _stages)
        {
            if (index < count)
            {
                return length;
            }

            index -= count;
        }

        return 0;
    }

    private static ChunkPlan ForKnown(long size, DriverCapabilities limits, long usual)
    {
        var least = CeilingOf(size, limits.MaxChunks);
        var length = least <= usual ? Math.Min(usual, Math.Max(size, 1)) : Math.Min(RoundUp(least), limits.MaxChunkBytes);
        if (least > limits.MaxChunkBytes)
        {
            throw new StoreException(StoreError.TooLarge,
                $"An image of {size} bytes does not fit {limits.MaxChunks} chunks of at most {limits.MaxChunkBytes} bytes, which is all the store takes.");
        }

        var plan = new ChunkPlan();
        plan.Add(Math.Max(1, CeilingOf(size, length)), length);
        return plan;
    }

    private static ChunkPlan ForUnknown(DriverCapabilities limits, long usual, long largestBuffer)
    {
        var target = Math.Min(LargestImage, limits.MaxImageBytes);
        var largest = Math.Min(limits.MaxChunkBytes, Math.Max(largestBuffer, limits.MinChunkBytes));
        long left = limits.MaxChunks;
        var plan = new ChunkPlan();
        if (left < FewestChunksToGrow)
        {
            plan.Add(left, Math.Clamp(RoundUp(CeilingOf(target, left)), Math.Min(usual, largest), largest));
            return plan;
        }

        var step = left * StepPercent / 100;
        var count = left * UsualPercent / 100;
        var length = Math.Min(largest, Math.Max(usual, RoundUp(CeilingOf(Math.Min(target, UsualImage), count))));
        while (left > count && length < largest && plan.Capacity + Multiply(left, length) < target)
        {
            plan.Add(count, length);
            left -= count;
            count = Math.Min(step, left);
            length = Math.Min(length * 2, largest);
        }

        plan.Add(left, length);
        return plan;
    }

    private void Add(long count, long length)
    {
        _stages.Add((count, length));
        var more = Multiply(count, length);
        Capacity = Capacity > long.MaxValue - more ? long.MaxValue : Capacity + more;
    }

    private static long CeilingOf(long bytes, long parts) => (bytes / parts) + (bytes % parts > 0 ? 1 : 0);

    private static long RoundUp(long bytes) => CeilingOf(bytes, Granule) * Granule;

    private static long Multiply(long count, long length) => (long)Int128.Min((Int128)count * length, long.MaxValue);
}
