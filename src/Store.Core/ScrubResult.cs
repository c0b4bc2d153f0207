namespace GlanceStore;

/// <summary>What a scrub found out about an image.</summary>
public enum ScrubOutcome
{
    /// <summary>Every byte is what the receipt says.</summary>
    Whole,

    /// <summary>Bytes or the size are not what the receipt says.</summary>
    Corrupted,

    /// <summary>The image is not there.</summary>
    Missing,

    /// <summary>It was replaced while it was being read, so nothing can be said about the image of the receipt.</summary>
    Changed,

    /// <summary>It could not be read, or its store is not there: nothing is known.</summary>
    Unreadable,
}

/// <summary>What a scrub found out about one image.</summary>
/// <param name="Receipt">What the image was when it was stored.</param>
/// <param name="Outcome">What it is now.</param>
/// <param name="BytesRead">How many bytes were read and compared.</param>
public sealed record ScrubResult(ImageReceipt Receipt, ScrubOutcome Outcome, long BytesRead)
{
    /// <summary>
    /// Where a corrupted image is damaged: whole chunks, neighbours taken together. Up to a hundred chunks are found where the store reads ranges,
    /// else the first one. Empty where the size or only a digest of the whole is wrong, which <see cref="Error"/> then says.
    /// </summary>
    public IReadOnlyList<ByteRange> Damage { get; init; } = [];

    /// <summary>The first error that was met; null where the image is whole.</summary>
    public StoreException? Error { get; init; }
}
