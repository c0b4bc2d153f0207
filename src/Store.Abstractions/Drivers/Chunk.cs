namespace GlanceStore.Drivers;

/// <summary>A stretch of an image on its way to the backend.</summary>
/// <remarks>The bytes belong to the front and are valid until the call that was given them returns; a driver never keeps them.</remarks>
/// <param name="Index">Its place in the image, counted from 0.</param>
/// <param name="Offset">The offset of its first byte in the image.</param>
/// <param name="Bytes">Its bytes; none only for the one chunk of an empty image.</param>
/// <param name="Checksum">The XXH3 checksum of the bytes, as <see cref="ChunkEntry.Checksum"/>.</param>
/// <param name="IsLast">Whether it is the last of the image.</param>
public readonly record struct Chunk(int Index, long Offset, ReadOnlyMemory<byte> Bytes, ulong Checksum, bool IsLast)
{
    /// <summary>The digest named by <see cref="DriverCapabilities.ChunkDigest"/>; empty where the driver named none.</summary>
    public ReadOnlyMemory<byte> Digest { get; init; }

    /// <summary>How many bytes it has.</summary>
    public int Length => Bytes.Length;
}
