namespace GlanceStore;

/// <summary>What is known of a stored image, and it is compared with: the receipt of a put (<see cref="ImageReceipt"/>), or what others recorded (<see cref="KnownImage"/>).</summary>
public interface IKnownImage
{
    /// <summary>Where the image is.</summary>
    ImageLocation Location { get; }

    /// <summary>The size in bytes; null where it is not known.</summary>
    long? Size { get; }

    /// <summary>The length and the checksum of every chunk; null where they are not known.</summary>
    ChunkManifest? Chunks { get; }

    /// <summary>The digests of the whole image that are known, perhaps none.</summary>
    IEnumerable<Digest> Digests { get; }
}
