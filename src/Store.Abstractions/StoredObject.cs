using System.Collections.Frozen;

namespace GlanceStore;

/// <summary>What a backend says of a stored image.</summary>
/// <param name="Location">Where it is.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="VersionTag">
/// What changes whenever the stored bytes may have changed (an ETag, a version id, an inode with its change time), or null where
/// the backend has no such thing.
/// </param>
/// <param name="LastModified">When it was last written, or null where the backend does not tell.</param>
public sealed record StoredObject(ImageLocation Location, long Size, string? VersionTag, DateTimeOffset? LastModified)
{
    /// <summary>A digest of the whole image that the backend itself keeps, or null where it keeps none.</summary>
    public Digest? Digest { get; init; }

    /// <summary>What the driver knows of the place for a consumer's location record (the file store's mount point); empty by default.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = FrozenDictionary<string, string>.Empty;
}
