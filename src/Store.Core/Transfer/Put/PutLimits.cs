using GlanceStore.Drivers;

namespace GlanceStore.Transfer;

/// <summary>What suits every target of a put at once: the same chunks go to all.</summary>
internal static class PutLimits
{
    /// <summary>The size contract of a put. What a single target cannot hold is that target's failure, not the source's.</summary>
    public static SizeContract SizeOf(Stream source, PutOptions put, IReadOnlyList<PutTarget> targets)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(put.ExpectedSize ?? 0, nameof(put.ExpectedSize));
        ArgumentOutOfRangeException.ThrowIfNegative(put.MaxSize ?? 0, nameof(put.MaxSize));

        // A file tells its length; one of length 0 may be a device or a pipe in disguise, which tells nothing.
        var told = source.CanSeek && source.Length > source.Position ? source.Length - source.Position : (long?)null;
        return new SizeContract(put.ExpectedSize ?? told, Math.Min(put.MaxSize ?? long.MaxValue, targets.Max(target => target.Store.Can.MaxImageBytes)));
    }

    /// <summary>The chunks that every target takes.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.TooLarge"/>: they would not fit into the memory there is; <see cref="StoreError.Unsupported"/>: there are none.
    /// </exception>
    public static ChunkPlan PlanFor(long? size, IReadOnlyList<PutTarget> targets, PutSessionFile session)
    {
        var largest = targets.Min(target => target.Store.Budget.LargestChunk);
        var usual = targets.Max(target => target.Store.Options.ChunkBytes ?? target.Store.Can.PreferredChunkBytes);
        var plan = session.PlanOr(() => ChunkPlan.For(size, LimitsOf(targets), usual, largest));
        return plan.LargestChunk <= largest
            ? plan
            : throw new StoreException(StoreError.TooLarge,
                $"This image needs chunks of {plan.LargestChunk} bytes, and half of the memory budget holds {largest}: "
                + $"raise MaxBufferBytes to at least {(Int128)2 * plan.LargestChunk}.");
    }

    private static DriverCapabilities LimitsOf(IReadOnlyList<PutTarget> targets)
    {
        var limits = targets[0].Store.Can;
        foreach (var other in targets.Skip(1).Select(target => target.Store.Can))
        {
            limits = limits with
            {
                MinChunkBytes = Math.Max(limits.MinChunkBytes, other.MinChunkBytes),
                MaxChunkBytes = Math.Min(limits.MaxChunkBytes, other.MaxChunkBytes),
                MaxChunks = Math.Min(limits.MaxChunks, other.MaxChunks),
                MaxImageBytes = Math.Min(limits.MaxImageBytes, other.MaxImageBytes),
            };
        }

        return limits.MinChunkBytes <= limits.MaxChunkBytes
            ? limits
            : throw new StoreException(StoreError.Unsupported,
                $"No chunk suits all of these stores: one takes chunks of at least {limits.MinChunkBytes} bytes and another of at most "
                + $"{limits.MaxChunkBytes}. Put the image into one of them and copy it.");
    }
}
