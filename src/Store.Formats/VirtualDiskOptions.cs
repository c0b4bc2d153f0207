namespace GlanceStore.Formats;

/// <summary>How to open a guest's disk. Every property has a working default.</summary>
public sealed record VirtualDiskOptions
{
    /// <summary>The least that <see cref="CacheBytes"/> can be: 256 KiB.</summary>
    public const int LeastCacheBytes = 256 << 10;

    /// <summary>The format, where it is known, as <see cref="ImageFormat"/> names it; null, the default: what the image turns out to be.</summary>
    public string? Format { get; init; }

    /// <summary>How much of the image's tables is kept, in bytes; 4 MiB by default.</summary>
    public int CacheBytes { get; init; } = 4 << 20;

    /// <summary>How many compressed clusters are inflated at once; as many as there are processors, at most 8, by default.</summary>
    public int Parallelism { get; init; } = Math.Min(8, Environment.ProcessorCount);

    /// <summary>
    /// A second stream over the same image, which its tables are read from, so that the first one goes on where it is; null, the default: the
    /// same stream. It becomes the disk's to dispose, as the first one does.
    /// </summary>
    public Stream? Tables { get; init; }
}
