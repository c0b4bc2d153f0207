using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;

namespace GlanceStore.Conformance;

/// <summary>An image that a test stores: an id, and bytes that a seed decides.</summary>
/// <param name="id">Its id.</param>
/// <param name="content">Where its bytes come from.</param>
/// <param name="length">How many bytes it has.</param>
public sealed class SampleImage(ImageId id, SyntheticContent content, long length)
{
    private byte[]? _bytes;

    /// <summary>Its id.</summary>
    public ImageId Id => id;

    /// <summary>How many bytes it has.</summary>
    public long Length => length;

    /// <summary>Where its bytes come from.</summary>
    public SyntheticContent Content => content;

    /// <summary>Its bytes.</summary>
    public byte[] Bytes => _bytes ??= content.Bytes(length);

    /// <summary>A source that gives the image and neither seeks nor tells its length.</summary>
    public SyntheticStream OpenSource() => new(content, length);

    /// <summary>The digest that .NET itself computes of the image; the name is hashlib's (<c>md5</c>, <c>sha512</c>).</summary>
    public Digest DigestOf(string algorithm) => new(algorithm, Convert.ToHexStringLower(Hash(algorithm, Bytes)));

    /// <summary>The manifest of the image cut into chunks of one length.</summary>
    public ChunkManifest ManifestOf(int chunkBytes) =>
        new(Chunks(chunkBytes, null).Where(chunk => chunk.Length > 0).Select(chunk => new ChunkEntry(chunk.Length, chunk.Checksum)));

    /// <summary>What the front hands to a commit of the image in chunks of one length.</summary>
    public WriteSummary SummaryOf(int chunkBytes) => new(length, ManifestOf(chunkBytes), [DigestOf("md5"), DigestOf("sha512")]);

    /// <summary>The image in chunks of one length, as the front hands them to a driver; an empty image is one chunk of no bytes.</summary>
    /// <param name="chunkBytes">The length of every chunk but the last.</param>
    /// <param name="digest">The digest each chunk carries (<see cref="DriverCapabilities.ChunkDigest"/>), or null for none.</param>
    public IReadOnlyList<Chunk> Chunks(int chunkBytes, string? digest)
    {
        var chunks = new List<Chunk>();
        var offset = 0;
        do
        {
            var bytes = Bytes.AsMemory(offset, (int)Math.Min(chunkBytes, length - offset));
            var isLast = offset + bytes.Length == length;
            chunks.Add(new Chunk(chunks.Count, offset, bytes, XxHash3.HashToUInt64(bytes.Span), isLast)
            {
                Digest = digest is null ? default : Hash(digest, bytes.Span),
            });
            offset += bytes.Length;
        }
        while (offset < length);
        return chunks;
    }

    private static byte[] Hash(string algorithm, ReadOnlySpan<byte> bytes)
    {
        if (algorithm == "crc32")
        {
            var value = Crc32.Hash(bytes);
            Array.Reverse(value); // protocols write the highest byte first
            return value;
        }

        if (algorithm == "crc64nvme")
        {
            var value = new byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64BigEndian(value, Crc64Nvme(bytes));
            return value;
        }

        return CryptographicOperations.HashData(new HashAlgorithmName(algorithm.ToUpperInvariant().Replace('_', '-')), bytes);
    }

    // Bit by bit, as the standard of NVMe has it, and so not as the front computes it.
    private static ulong Crc64Nvme(ReadOnlySpan<byte> bytes)
    {
        var crc = ulong.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0x9A6C9329AC4BC9B5;
            }
        }

        return ~crc;
    }
}
