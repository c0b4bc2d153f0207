namespace GlanceStore.Drivers;

/// <summary>What an upload is going to be.</summary>
/// <param name="Mode">Create a new image, or replace what is there.</param>
/// <param name="Size">The size in bytes, or null where it is not known.</param>
public sealed record WriteIntent(WriteMode Mode, long? Size)
{
    /// <summary>
    /// Whether the upload outlives a writer that is disposed without a commit, so that it can be opened again; only where the driver is
    /// <see cref="IResumableWrites"/>.
    /// </summary>
    public bool StaysOpen { get; init; }
}

/// <summary>What was written: everything a driver needs to publish an image.</summary>
/// <param name="Size">The size in bytes.</param>
/// <param name="Chunks">The length and the checksum of every chunk; none for an empty image.</param>
/// <param name="Digests">The digests of the whole image; the MD5 among them unless the caller declined it.</param>
public sealed record WriteSummary(long Size, ChunkManifest Chunks, IReadOnlyList<Digest> Digests);
