namespace GlanceStore;

/// <summary>How to read one image. Every property has a working default.</summary>
/// <remarks>
/// Whether the bytes are verified depends on what there is to verify them with: a manifest verifies every chunk before a byte of it is
/// handed over, ranges and seeks included; a digest verifies a whole image read from start to end, by the read that would return 0.
/// </remarks>
public sealed record ReadOptions
{
    /// <summary>The part of the image to read; the whole by default. A range reaching past the end is cut.</summary>
    public ByteRange? Range { get; init; }

    /// <summary>The chunks to verify against, usually a receipt's; null by default.</summary>
    public ChunkManifest? Manifest { get; init; }

    /// <summary>Digests of the whole image, checked at its end; none by default. They cannot be checked on a part, so not with <see cref="Range"/>.</summary>
    public IReadOnlyList<Digest> ExpectedDigests { get; init; } = [];

    /// <summary>
    /// The signature of the whole image, checked at its end: one that does not fit is <see cref="StoreError.Refused"/> instead of the end. Such a read goes
    /// from the start to the end only, so not with <see cref="Range"/>. Null, the default: none is asked for.
    /// </summary>
    public ImageSignature? Signature { get; init; }

    /// <summary>
    /// The ids of the stores to read from rather than others, the best first, where several hold the image; none by default: the heaviest.
    /// </summary>
    public IReadOnlyList<string> PreferredStores { get; init; } = [];

    /// <summary>
    /// How long one piece (a chunk of the manifest, else as long as the store likes them, at most 8 MiB) may take before it is asked for a second time, of another store that holds the
    /// image if there is one; whoever has it first wins, and the other is cancelled. From 1 ms to 1 day; null, the default: never.
    /// </summary>
    /// <remarks>
    /// It adds at most 5 % to what a read fetches: one piece at a time, one byte in twenty of those that have come, so none among the first twenty
    /// pieces. Another store is asked only where a manifest verifies the piece; else the same one, pinned to its version.
    /// </remarks>
    public TimeSpan? HedgeAfter { get; init; }

    /// <summary>
    /// Whether <see cref="Stream.CopyToAsync(Stream)"/> lends any destination the pieces themselves; by default it does so where the destination is a
    /// file, and gives others copies. It spares copying every byte, and a destination that takes nothing for a while keeps a piece from all other
    /// reads meanwhile: for a process that has no others.
    /// </summary>
    public bool LendsPieces { get; init; }

    /// <summary>Told of every chunk that has been fetched and verified; null by default.</summary>
    public IProgress<TransferProgress>? Progress { get; init; }

    /// <summary>
    /// Where several stores hold the image: told of each failure of one, for which it is passed over; <see cref="StoreError.Corrupted"/> is a place to repair. Null by
    /// default. The failure of one store alone is thrown, and not told here.
    /// </summary>
    public IProgress<StoreException>? Failovers { get; init; }

    /// <summary>Options that verify a read against a receipt, chunk by chunk.</summary>
    public static ReadOptions Verify(ImageReceipt receipt)
    {
        ArgumentNullException.ThrowIfNull(receipt);
        return new ReadOptions { Manifest = receipt.Chunks };
    }
}
