namespace GlanceStore;

/// <summary>What a scrub found out about an image.</summary>
public enum ScrubOutcome
{
    /// <summary>Every byte is what is known of the image.</summary>
    Whole,

    /// <summary>Bytes or the size are not what is known of it.</summary>
    Corrupted,

    /// <summary>The image is not there.</summary>
    Missing,

    /// <summary>It was replaced while it was being read, so nothing can be said about the image that is known.</summary>
    Changed,

    /// <summary>It could not be read, or its store is not there: how it is, nobody knows.</summary>
    Unreadable,

    /// <summary>It is there and was not read, because there is nothing to compare its bytes with: no chunks, no digest, and none that its backend keeps.</summary>
    Unverified,
}

/// <summary>What a scrub found out about one image.</summary>
/// <param name="Image">What was known of the image.</param>
/// <param name="Outcome">What it is now.</param>
/// <param name="BytesRead">How many bytes were read and compared.</param>
public sealed record ScrubResult(IKnownImage Image, ScrubOutcome Outcome, long BytesRead)
{
    /// <summary>
    /// Where a corrupted image is damaged: whole chunks, neighbours taken together. Up to a hundred chunks are found where the store reads ranges,
    /// else the first one. Empty where the size or only a digest of the whole is wrong, or no chunks are known, which <see cref="Error"/> then says.
    /// </summary>
    public IReadOnlyList<ByteRange> Damage { get; init; } = [];

    /// <summary>What its bytes were to be compared with: <c>chunks</c>, and digests by their names. Empty where the image was not read.</summary>
    public IReadOnlyList<string> ComparedWith { get; init; } = [];

    /// <summary>The first error that was met, or why there is nothing to compare with; null where the image is whole.</summary>
    public StoreException? Error { get; init; }
}
