namespace GlanceStore.Drivers;

/// <summary>What a driver is, constant for its life.</summary>
public sealed record DriverInfo
{
    /// <summary>Makes the description of a driver.</summary>
    /// <param name="type">The type string of glance's <c>enabled_backends</c>: one of the schemes, and a prefix of the driver's URIs.</param>
    /// <param name="schemes">The URI schemes the driver reads, in lower case.</param>
    /// <param name="capabilities">What the front may ask of it.</param>
    /// <exception cref="ArgumentException">The type is not one of the schemes.</exception>
    public DriverInfo(string type, IReadOnlyList<string> schemes, DriverCapabilities capabilities)
    {
        ArgumentNullException.ThrowIfNull(schemes);
        ArgumentNullException.ThrowIfNull(capabilities);
        if (!schemes.Contains(type))
        {
            throw new ArgumentException($"The type of a driver is one of its schemes, and '{type}' is not.", nameof(type));
        }

        Type = type;
        Schemes = schemes;
        Capabilities = capabilities;
    }

    /// <summary>The type string: <c>file</c>, <c>s3</c>, <c>swift</c>.</summary>
    public string Type { get; }

    /// <summary>The URI schemes the driver reads, in lower case.</summary>
    public IReadOnlyList<string> Schemes { get; }

    /// <summary>What the front may ask of it.</summary>
    public DriverCapabilities Capabilities { get; }

    /// <summary>
    /// What <see cref="ImageLocation.Account"/> was before, where the account has another name now, such as another access key; none by default.
    /// Images that were stored under these are the store's.
    /// </summary>
    public IReadOnlyList<string> FormerAccounts { get; init; } = [];
}

/// <summary>The facts about a driver that the front branches on; limits are numbers, and the defaults set none.</summary>
public sealed record DriverCapabilities
{
    /// <summary>Whether images can be stored; true by default.</summary>
    public bool CanWrite { get; init; } = true;

    /// <summary>Whether images can be deleted; true by default.</summary>
    public bool CanDelete { get; init; } = true;

    /// <summary>Whether a part of an image can be read, so that streams seek, resume and read ahead in parallel; true by default.</summary>
    public bool CanReadRanges { get; init; } = true;

    /// <summary>Whether the size must be known before an upload begins; false by default.</summary>
    public bool NeedsSize { get; init; }

    /// <summary>How many chunks of one image may be under way at once, in either direction; 4 by default.</summary>
    public int MaxParallelChunks { get; init; } = 4;

    /// <summary>The fewest bytes of a chunk that is not the last; 1 by default.</summary>
    public long MinChunkBytes { get; init; } = 1;

    /// <summary>The chunk length that suits the backend, in bytes; 8 MiB by default.</summary>
    public long PreferredChunkBytes { get; init; } = 8 << 20;

    /// <summary>The most bytes of a chunk; 1 GiB by default.</summary>
    public long MaxChunkBytes { get; init; } = 1 << 30;

    /// <summary>The most chunks of an image; no limit by default.</summary>
    public int MaxChunks { get; init; } = int.MaxValue;

    /// <summary>The most bytes of an image; no limit by default.</summary>
    public long MaxImageBytes { get; init; } = long.MaxValue;

    /// <summary>
    /// The digest of each chunk that the backend checks on the wire, by hashlib's name (<c>md5</c>, <c>sha256</c>), or <c>crc32</c> or
    /// <c>crc64nvme</c> (four and eight bytes, the highest first): the front computes it into <see cref="Chunk.Digest"/>. Null, the default,
    /// for none.
    /// </summary>
    public string? ChunkDigest { get; init; }
}
