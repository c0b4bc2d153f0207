namespace GlanceStore.Cache;

/// <summary>How a cache of images works. Every property but the directory has a working default.</summary>
public sealed record ImageCacheOptions
{
    private static readonly TimeSpan MostReverifyAfter = TimeSpan.FromDays(3650);

    /// <summary>
    /// Where the images are: a directory of this user that nobody else can write to. It is made, for this user alone (mode 0700), where it is not
    /// there; what is in it and not of the cache is never touched.
    /// </summary>
    public required string Directory { get; init; }

    /// <summary>
    /// The most bytes that the images take on the disk; null, the default: as many as there are. Images in use are never removed, so what does not
    /// fit beside them is not kept.
    /// </summary>
    public long? MaxBytes { get; init; }

    /// <summary>
    /// How long a chunk counts as right after it was compared with its checksum; the next read after that compares it again. One day by default.
    /// What was there when an image is opened is compared in any case.
    /// </summary>
    public TimeSpan ReverifyAfter { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How many bytes are fetched ahead of a reader that goes through an image in order; 16 MiB by default, 0 for none.</summary>
    public long ReadAheadBytes { get; init; } = 16 << 20;

    /// <summary>How many chunks of one image are fetched at once where all of it is wanted; 4 by default.</summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>The most bytes a second that filling an image in the background fetches; null, the default: as fast as it goes.</summary>
    public long? BackgroundBytesPerSecond { get; init; }

    /// <summary>The clock; the system's by default.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What is wrong with these options, one sentence each; empty where nothing is.</summary>
    public IEnumerable<string> Mistakes()
    {
        if (string.IsNullOrEmpty(Directory))
        {
            yield return "'Directory' is not set";
        }

        if (MaxBytes < 1)
        {
            yield return "'MaxBytes' is not a number of bytes, 1 or more";
        }

        if (ReverifyAfter <= TimeSpan.Zero || ReverifyAfter > MostReverifyAfter)
        {
            yield return "'ReverifyAfter' is not a time span of more than 0 and at most 3650 days";
        }

        if (ReadAheadBytes < 0)
        {
            yield return "'ReadAheadBytes' is not a number of bytes, 0 or more";
        }

        if (Parallelism is < 1 or > 64)
        {
            yield return "'Parallelism' is not a number from 1 to 64";
        }

        if (BackgroundBytesPerSecond < 1)
        {
            yield return "'BackgroundBytesPerSecond' is not a number of bytes, 1 or more";
        }
    }
}
