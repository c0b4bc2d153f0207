using System.Text.Json.Serialization;
using GlanceStore.Cache;

namespace GlanceStore.ComputeAgent.Sources;

/// <summary>Where an image is and what its content is: all that is needed to fetch and to verify it, kept over restarts.</summary>
internal sealed record ImageOrigin
{
    /// <summary>Who told it; null for the caller.</summary>
    public string? Source { get; init; }

    /// <summary>Its receipt, by which its chunks can be verified one by one; null where only the digest of the whole is known.</summary>
    public ImageReceipt? Receipt { get; init; }

    /// <summary>Where else it is.</summary>
    public IReadOnlyList<ImagePlace> Places { get; init; } = [];

    /// <summary>The digest where there is no receipt, as hashlib names it.</summary>
    public string? OsHashAlgo { get; init; }

    public string? OsHashValue { get; init; }

    /// <summary>The size where there is no receipt.</summary>
    public long? Size { get; init; }

    /// <summary>What it is said to be.</summary>
    public string? DiskFormat { get; init; }

    public SignatureRecord? Signature { get; init; }

    /// <summary>What addresses its content.</summary>
    [JsonIgnore]
    public Digest Digest => ToSource().Digest;

    /// <summary>The same, for the cache.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Unsupported"/>: it has no digest that content can be known by.</exception>
    public CacheSource ToSource()
    {
        var places = Places.Select(place => place.ToLocation());
        return Receipt is { } receipt
            ? new CacheSource(receipt) { Locations = [.. places.Prepend(receipt.Location).Distinct()], DiskFormat = DiskFormat ?? receipt.Inspection?.Format }
            : OfWhole(places);
    }

    /// <summary>Whether what was found of one is true of the other: the same content by the same chunks, said to be the same, and signed alike. Where it is makes no difference.</summary>
    public bool IsOfTheSame(ImageOrigin other)
    {
        var (one, two) = (ToSource(), other.ToSource());
        return one.Digest == two.Digest && DiskFormat == other.DiskFormat && Signature == other.Signature && ChunksOf(one).SequenceEqual(ChunksOf(two));
    }

    private static IEnumerable<ChunkEntry> ChunksOf(CacheSource source) => source.Chunks ?? Enumerable.Empty<ChunkEntry>();

    private CacheSource OfWhole(IEnumerable<ImageLocation> places)
    {
        try
        {
            return OsHashAlgo is { } algorithm && OsHashValue is { } value && Size is { } size
                ? new CacheSource(places, new Digest(algorithm, value), size) { DiskFormat = DiskFormat }
                : throw NoDigest();
        }
        catch (ArgumentException e)
        {
            throw new StoreException(StoreError.Unsupported, $"What is told of the image cannot be: {e.Message}", e);
        }
    }

    private static StoreException NoDigest() =>
        new(StoreError.Unsupported, "The image has no size or no multihash (os_hash_value), and nothing is handed out that cannot be verified.");
}

/// <summary>A location without what is secret in it, which the store's own settings have.</summary>
internal sealed record ImagePlace(string Uri, string? Store, string? Account)
{
    public static ImagePlace Of(ImageLocation location) => new(location.Uri, location.StoreId, location.Account);

    public ImageLocation ToLocation() => new(Uri, Store) { Account = Account };
}

/// <summary>A signature as OpenStack keeps it in an image's properties.</summary>
/// <param name="HashMethod">The digest that was signed, such as <c>SHA-256</c>.</param>
/// <param name="KeyType">The kind of key, such as <c>RSA-PSS</c>.</param>
/// <param name="Signature">The signature in Base64.</param>
/// <param name="CertificateUuid">The certificate: a file of the operator's directory.</param>
internal sealed record SignatureRecord(string HashMethod, string KeyType, string Signature, string CertificateUuid)
{
    /// <summary>What an image's properties say; null where they say nothing.</summary>
    public static SignatureRecord? Of(Func<string, string?> property) =>
        property(ImageSignature.SignatureProperty) is { } signature
            ? new SignatureRecord(property(ImageSignature.HashMethodProperty) ?? "", property(ImageSignature.KeyTypeProperty) ?? "", signature, property(ImageSignature.CertificateProperty) ?? "")
            : null;
}
