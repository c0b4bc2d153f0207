namespace GlanceStore.Transfer;

/// <summary>How a stored image is cut for reading: as the manifest says, else in pieces of one length.</summary>
internal sealed class ReadLayout
{
    private readonly ChunkManifest? _manifest;
    private readonly int _length;

    public ReadLayout(ChunkManifest manifest)
    {
        _manifest = manifest;
        Size = manifest.Size;
        LargestChunk = manifest.LargestChunk;
    }

    public ReadLayout(long size, long chunkBytes)
    {
        Size = size;
        _length = (int)Math.Clamp(chunkBytes, 1, Array.MaxLength);
        LargestChunk = Math.Min(size, _length);
    }

    /// <summary>The size of the image in bytes.</summary>
    public long Size { get; }

    /// <summary>The longest piece in bytes.</summary>
    public long LargestChunk { get; }

    /// <summary>The index of the piece that holds a byte of the image.</summary>
    public int IndexAt(long offset) => _manifest?.IndexAt(offset) ?? (int)(offset / _length);

    /// <summary>Where a piece begins and how long it is, in bytes.</summary>
    public ReadPiece this[int index] => _manifest is null
        ? new ReadPiece(index, (long)index * _length, (int)Math.Min(_length, Size - ((long)index * _length)), null)
        : new ReadPiece(index, _manifest.OffsetOf(index), (int)_manifest[index].Length, _manifest[index].Checksum);
}

/// <summary>A stretch of an image that is fetched at once; its checksum, where there is a manifest.</summary>
internal readonly record struct ReadPiece(int Index, long Offset, int Length, ulong? Checksum)
{
    public long End => Offset + Length;

    public bool Holds(long offset) => offset >= Offset && offset < End;
}
