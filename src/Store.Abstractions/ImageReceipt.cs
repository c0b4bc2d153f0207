using System.Collections.Frozen;
using System.Text.Json.Serialization;

namespace GlanceStore;

/// <summary>What a put returns and a caller keeps: where the image is, and all that is needed to verify it later.</summary>
/// <remarks>
/// Serialises to JSON with glance's field names: <c>location</c>, <c>store</c>, <c>account</c> (where the location does not
/// tell it), <c>size</c>, <c>checksum</c>, <c>os_hash_algo</c>, <c>os_hash_value</c>, <c>chunks</c> (an array of <c>length</c> and <c>checksum</c>) and <c>metadata</c>; of an image
/// that was looked into also <c>disk_format</c>, <c>virtual_size</c> (where it is known), <c>disk_details</c> and <c>findings</c> (an array of <c>code</c>, <c>unsafe</c> and <c>message</c>).
/// </remarks>
[JsonConverter(typeof(ImageReceiptJsonConverter))]
public sealed record ImageReceipt : IKnownImage
{
    /// <summary>Makes a receipt.</summary>
    /// <exception cref="ArgumentException">The chunks do not add up to the size.</exception>
    public ImageReceipt(ImageLocation location, long size, ChunkManifest chunks)
    {
        ArgumentNullException.ThrowIfNull(location);
        ArgumentNullException.ThrowIfNull(chunks);
        if (chunks.Size != size)
        {
            throw new ArgumentException($"The chunks of a receipt add up to {chunks.Size} bytes and its size is {size}.", nameof(chunks));
        }

        Location = location;
        Size = size;
        Chunks = chunks;
    }

    /// <summary>Where the image is. Its store id is the receipt's <c>store</c>.</summary>
    public ImageLocation Location { get; }

    /// <summary>The size in bytes.</summary>
    public long Size { get; }

    /// <summary>The length and the checksum of every chunk.</summary>
    public ChunkManifest Chunks { get; }

    long? IKnownImage.Size => Size;

    ChunkManifest? IKnownImage.Chunks => Chunks;

    /// <summary>The MD5 of the image, glance's <c>checksum</c>; null where the put was told not to compute it.</summary>
    public Digest? Checksum { get; init; }

    /// <summary>The multihash of the image, glance's <c>os_hash_algo</c> and <c>os_hash_value</c>; SHA-512 unless told otherwise.</summary>
    public Digest? MultiHash { get; init; }

    /// <summary>Text for the consumer's location record: what the put was given, what the driver adds, and <c>store</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>What the image was found to be, glance's <c>disk_format</c> and <c>virtual_size</c> among it; null where the put did not look.</summary>
    public ImageInspection? Inspection { get; init; }

    /// <summary>The digests that the receipt holds: none, one or two.</summary>
    public IEnumerable<Digest> Digests => new[] { Checksum, MultiHash }.OfType<Digest>();

    /// <summary>The receipt as indented JSON.</summary>
    public string ToJson() => ImageReceiptJsonConverter.Write(this);

    /// <summary>Reads a receipt.</summary>
    /// <exception cref="FormatException">The text is not a receipt, is cut short, or contradicts itself; the message says where.</exception>
    public static ImageReceipt FromJson(string json) => ImageReceiptJsonConverter.Read(json);

    /// <summary>The location and the size.</summary>
    public override string ToString() => $"{Location} ({Size} bytes)";
}
