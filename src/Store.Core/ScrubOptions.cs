namespace GlanceStore;

/// <summary>How a scrub goes. Every property has a working default.</summary>
public sealed record ScrubOptions
{
    /// <summary>
    /// The most bytes to read a second, of all images together and on the average; null, the default, for as fast as it goes. The front reads a
    /// few chunks ahead, so the beginning of each image comes faster.
    /// </summary>
    public long? BytesPerSecond { get; init; }
}
