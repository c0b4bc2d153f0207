namespace GlanceStore;

/// <summary>How a scrub goes. Every property has a working default.</summary>
public sealed record ScrubOptions
{
    /// <summary>
    /// The most bytes to read a second, of all images together and on the average; null, the default, for as fast as it goes. The front reads a
    /// few chunks ahead, so the beginning of each image comes faster.
    /// </summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>
    /// How many images are read at once, at most; less where their chunks would take more than the reads' half of the memory. Null, the default, for as many as
    /// digests are computed side by side on this processor, up to sixteen, and no more than the rate feeds.
    /// </summary>
    public int? Parallelism { get; init; }
}
