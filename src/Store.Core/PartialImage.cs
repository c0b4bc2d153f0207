using System.IO.Hashing;

namespace GlanceStore;

/// <summary>An image that was fetched in part, by a read that did not come to its end.</summary>
public static class PartialImage
{
    private const int PieceBytes = 256 << 10;

    /// <summary>Reads what there is, from where the stream stands, and compares it with the chunks of the image.</summary>
    /// <param name="partial">The bytes that are there; those that were not fetched may be anything, and the end may be missing.</param>
    /// <param name="chunks">The image's chunks, usually a receipt's.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The ranges that are missing or wrong, in order, each of whole chunks and none beside another; none where all is there.</returns>
    public static async Task<IReadOnlyList<ByteRange>> FindMissingAsync(
        Stream partial, ChunkManifest chunks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(partial);
        ArgumentNullException.ThrowIfNull(chunks);
        var buffer = new byte[PieceBytes];
        var missing = new List<ByteRange>();
        for (var i = 0; i < chunks.Count; i++)
        {
            if (!await HoldsNextAsync(partial, chunks[i], buffer, cancellationToken).ConfigureAwait(false))
            {
                Add(missing, chunks.OffsetOf(i), chunks[i].Length);
            }
        }

        return missing;
    }

    private static async ValueTask<bool> HoldsNextAsync(Stream partial, ChunkEntry chunk, byte[] buffer, CancellationToken cancellationToken)
    {
        var hash = new XxHash3();
        for (var left = chunk.Length; left > 0;)
        {
            var count = await partial.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                return false;
            }

            hash.Append(buffer.AsSpan(0, count));
            left -= count;
        }

        return hash.GetCurrentHashAsUInt64() == chunk.Checksum;
    }

    private static void Add(List<ByteRange> missing, long offset, long length)
    {
        if (missing is [.., var last] && last.Offset + last.Length == offset)
        {
            missing[^1] = new ByteRange(last.Offset, last.Length + length);
            return;
        }

        missing.Add(new ByteRange(offset, length));
    }
}
