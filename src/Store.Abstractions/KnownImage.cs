namespace GlanceStore;

/// <summary>An image as a record has it that no put of ours made, such as glance's own of everything that Python stored: its digests and no chunks.</summary>
public sealed record KnownImage : IKnownImage
{
    /// <summary>Makes what is known of an image.</summary>
    public KnownImage(ImageLocation location)
    {
        ArgumentNullException.ThrowIfNull(location);
        Location = location;
    }

    /// <inheritdoc/>
    public ImageLocation Location { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public long? Size
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value.GetValueOrDefault(), nameof(value));
            field = value;
        }
    }

    /// <summary>The MD5 of the image, glance's <c>checksum</c>; null where it is not known.</summary>
    public Digest? Checksum { get; init; }

    /// <summary>The multihash of the image, glance's <c>os_hash_algo</c> and <c>os_hash_value</c>; null where it is not known.</summary>
    public Digest? MultiHash { get; init; }

    /// <inheritdoc/>
    public IEnumerable<Digest> Digests => new[] { Checksum, MultiHash }.OfType<Digest>();

    ChunkManifest? IKnownImage.Chunks => null;

    /// <summary>
    /// Reads what JSON with glance's field names tells of an image: a receipt where it has <c>chunks</c>, else a <see cref="KnownImage"/> of <c>location</c>, which must be there, and of
    /// <c>store</c>, <c>account</c>, <c>size</c>, <c>checksum</c>, <c>os_hash_algo</c> and <c>os_hash_value</c>, each of which may be null or absent. Other fields are passed over.
    /// </summary>
    /// <param name="json">The text.</param>
    /// <param name="locate">
    /// Makes the location of a <see cref="KnownImage"/> of its URI and the id of its store, if there is one, as a store parses it: glance's own URIs of S3 and Swift hold passwords. What it throws is
    /// thrown. Null, the default, for a URI without a password as it stands.
    /// </param>
    /// <exception cref="FormatException">The text is neither, is cut short, or contradicts itself; the message says where.</exception>
    public static IKnownImage FromJson(string json, Func<string, string?, ImageLocation>? locate = null) =>
        ImageReceiptJsonConverter.ReadKnown(json, locate ?? ((uri, storeId) => new ImageLocation(uri, storeId)));
}
