namespace GlanceStore.Drivers.Rbd;

/// <summary>Thin provisioning: what is never written is a hole, which reads as zeros and takes no room.</summary>
internal static class ZeroRuns
{
    /// <summary>The least that is left out: what a cluster allocates at once, at most (<c>bluestore_min_alloc_size</c> of disks up to Octopus).</summary>
    public const int Length = 64 << 10;

    /// <summary>The stretches to write: all but the blocks of the image, or the parts of one at either end, that hold nothing but zeros.</summary>
    public static IEnumerable<Range> Between(ReadOnlyMemory<byte> bytes, long offset)
    {
        var start = -1;
        for (var block = 0; block < bytes.Length;)
        {
            var end = (int)Math.Min(bytes.Length, block + Length - ((offset + block) % Length));
            var isZero = !bytes.Span[block..end].ContainsAnyExcept((byte)0);
            if (isZero && start >= 0)
            {
                yield return start..block;
                start = -1;
            }
            else if (!isZero && start < 0)
            {
                start = block;
            }

            block = end;
        }

        if (start >= 0)
        {
            yield return start..bytes.Length;
        }
    }
}
