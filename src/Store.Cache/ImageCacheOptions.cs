using GlanceStore.Cache.Files;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace GlanceStore.Cache;

/// <summary>How a cache of images works. Every property but the directory has a working default.</summary>
public sealed record ImageCacheOptions
{
    // What the list of its chunks, of 4 MiB each, has room for.
    private const long MostDiskBytes = 256L << 40;

    private static readonly TimeSpan MostReverifyAfter = TimeSpan.FromDays(3650);
    private static readonly TimeSpan LeastScrubInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LeastHedgeAfter = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan MostHedgeAfter = TimeSpan.FromDays(1);

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
    /// The largest disk that is made a raw file, in bytes; 16 TiB by default, 256 TiB at most. A small image can tell of a disk of any size, and <see cref="MaxBytes"/> does not
    /// bound what is holes.
    /// </summary>
    public long MaxDiskBytes { get; init; } = 16L << 40;

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

    /// <summary>
    /// How long what is here may go without all of it being read and compared in the background, whether it is used or not; from 1 minute on. Null, the default: never, but
    /// by <see cref="ImageCache.VerifyAsync"/>. When that was done last is kept with each image, for all processes, and over their ends.
    /// </summary>
    public TimeSpan? ScrubInterval { get; init; }

    /// <summary>The most bytes a second that are read for <see cref="ScrubInterval"/>; 32 MiB by default, null for as fast as it goes.</summary>
    public long? ScrubBytesPerSecond { get; init; } = 32 << 20;

    /// <summary>
    /// How long a chunk may take before it is asked for a second time, of another store that holds the image if there is one; whichever gives it first wins, and the other is
    /// cancelled. From 1 ms to 1 day; null, the default: never.
    /// </summary>
    /// <remarks>
    /// It adds at most 5 % to what the cache fetches: one chunk at a time, one byte in twenty of those that have come since the cache was opened, of whichever image. Only chunks
    /// that are verified by themselves, so not an image that is known by its digest alone.
    /// </remarks>
    public TimeSpan? HedgeAfter { get; init; }

    /// <summary>
    /// Where it says that a chunk on this host's disk was not what was fetched (a warning, once for each chunk of an open image, and 20 a minute at most), and that a scrub failed;
    /// nowhere by default.
    /// </summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The clock; the system's by default.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal HostDisk Disk { get; init; } = HostDisk.Real;

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

        if (MaxDiskBytes is < 1 or > MostDiskBytes)
        {
            yield return $"'MaxDiskBytes' is not a number of bytes from 1 to {MostDiskBytes}";
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

        if (ScrubInterval < LeastScrubInterval || ScrubInterval > MostReverifyAfter)
        {
            yield return "'ScrubInterval' is not a time span from 1 minute to 3650 days";
        }

        if (ScrubBytesPerSecond < 1)
        {
            yield return "'ScrubBytesPerSecond' is not a number of bytes, 1 or more";
        }

        if (HedgeAfter < LeastHedgeAfter || HedgeAfter > MostHedgeAfter)
        {
            yield return "'HedgeAfter' is not a time span from 1 millisecond to 1 day";
        }

        if (BackgroundBytesPerSecond < 1)
        {
            yield return "'BackgroundBytesPerSecond' is not a number of bytes, 1 or more";
        }
    }
}
