using System.Collections;
using System.Globalization;

namespace GlanceStore;

/// <summary>One chunk of a stored image: its length and its checksum.</summary>
/// <param name="Length">The length in bytes, at least 1.</param>
/// <param name="Checksum">The XXH3 checksum (64 bits, seed 0) of its bytes.</param>
public readonly record struct ChunkEntry(long Length, ulong Checksum)
{
    /// <summary>The name of the checksum, as Python's <c>xxhash</c> names it.</summary>
    public const string ChecksumAlgorithm = "xxh3_64";

    /// <summary>The checksum as a receipt writes it: <c>xxh3_64:</c> and 16 lower-case hexadecimal digits, highest first.</summary>
    public string ChecksumText => string.Create(CultureInfo.InvariantCulture, $"{ChecksumAlgorithm}:{Checksum:x16}");
}

/// <summary>The chunks of an image in order, so that any part of it can be verified without the rest.</summary>
public sealed class ChunkManifest : IReadOnlyList<ChunkEntry>
{
    private readonly ChunkEntry[] _entries;
    private readonly long[] _offsets;

    /// <summary>Makes a manifest.</summary>
    /// <exception cref="ArgumentException">A length is less than 1, or all of them together are too large.</exception>
    public ChunkManifest(IEnumerable<ChunkEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        _entries = [.. entries];
        _offsets = new long[_entries.Length];
        for (var i = 0; i < _entries.Length; i++)
        {
            var length = _entries[i].Length;
            if (length < 1 || length > long.MaxValue - Size)
            {
                throw new ArgumentException($"Chunk {i} of a manifest has the length {length}.", nameof(entries));
            }

            _offsets[i] = Size;
            Size += length;
            LargestChunk = Math.Max(LargestChunk, length);
        }
    }

    /// <summary>The size of the image in bytes: all chunks together.</summary>
    public long Size { get; }

    /// <summary>The length of the largest chunk in bytes: what a verified read needs as a buffer; 0 for an empty image.</summary>
    public long LargestChunk { get; }

    /// <inheritdoc/>
    public int Count => _entries.Length;

    /// <inheritdoc/>
    public ChunkEntry this[int index] => _entries[index];

    /// <summary>Where a chunk begins, in bytes from the start of the image.</summary>
    public long OffsetOf(int index) => _offsets[index];

    /// <summary>The index of the chunk that holds a byte.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The image has no such byte.</exception>
    public int IndexAt(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(offset, Size);
        var found = Array.BinarySearch(_offsets, offset);
        return found >= 0 ? found : ~found - 1;
    }

    /// <inheritdoc/>
    public IEnumerator<ChunkEntry> GetEnumerator() => ((IEnumerable<ChunkEntry>)_entries).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
