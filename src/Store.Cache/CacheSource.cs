using System.Collections.Frozen;

namespace GlanceStore.Cache;

/// <summary>An image as a cache is asked for it: where it is, and what its content is.</summary>
/// <remarks>
/// The digest is the address of the content: two images of one digest share one file. So it has to be one that nobody can forge: SHA-256 and longer, SHA-3.
/// </remarks>
public sealed record CacheSource
{
    private static readonly FrozenSet<string> Forgeable = FrozenSet.Create("md5", "sha1");

    /// <summary>Takes an image that was put by this library. Its chunks are verified one by one, so it can be read before all of it is there.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.Unsupported"/>: the receipt has no multihash, or one that can be forged or is not computed here.
    /// </exception>
    public CacheSource(ImageReceipt receipt)
    {
        ArgumentNullException.ThrowIfNull(receipt);
        Digest = Checked(receipt.MultiHash ?? throw new StoreException(StoreError.Unsupported,
            $"The receipt of {receipt.Location} has no multihash, and an image is cached by one."));
        (Locations, Size, Chunks, DiskFormat) = ([receipt.Location], receipt.Size, receipt.Chunks, receipt.Inspection?.Format);
    }

    /// <summary>Takes an image of which no chunks are known, such as one of glance: it is handed out once all of it is there and has the digest.</summary>
    /// <param name="locations">Where it is, at least one place.</param>
    /// <param name="digest">The digest of the whole, such as glance's <c>os_hash_algo</c> and <c>os_hash_value</c>.</param>
    /// <param name="size">The size in bytes.</param>
    /// <exception cref="StoreException"><see cref="StoreError.Unsupported"/>: the digest can be forged or is not computed here.</exception>
    public CacheSource(IEnumerable<ImageLocation> locations, Digest digest, long size)
    {
        ArgumentNullException.ThrowIfNull(locations);
        ArgumentNullException.ThrowIfNull(digest);
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        (Locations, Digest, Size) = ([.. locations], Checked(digest), size);
        if (Locations.Count == 0)
        {
            throw new ArgumentException("An image without a place cannot be fetched.", nameof(locations));
        }
    }

    /// <summary>The places of the image; the best of them is read, and the next where it fails.</summary>
    public IReadOnlyList<ImageLocation> Locations { get; init; }

    /// <summary>The digest of the whole image.</summary>
    public Digest Digest { get; }

    /// <summary>The size in bytes.</summary>
    public long Size { get; }

    /// <summary>The chunks of the image; null where they are not known.</summary>
    public ChunkManifest? Chunks { get; }

    /// <summary>
    /// The format that the image is said to have, as <c>GlanceStore.Formats</c> names it: one that turns out to have another is not read as a disk.
    /// Null: what it turns out to be.
    /// </summary>
    public string? DiskFormat { get; init; }

    internal static bool IsAddress(string algorithm) => DigestAlgorithms.Known.Contains(algorithm) && !Forgeable.Contains(algorithm);

    private static Digest Checked(Digest digest) => IsAddress(digest.Algorithm)
        ? digest
        : throw new StoreException(StoreError.Unsupported,
            $"An image is not cached by its {digest.Algorithm} digest, which can be forged or is not computed here; use one of "
            + $"{string.Join(", ", DigestAlgorithms.Known.Where(IsAddress))}.");
}
