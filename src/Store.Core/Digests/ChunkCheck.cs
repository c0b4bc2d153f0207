using System.Buffers.Binary;
using System.IO.Hashing;

namespace GlanceStore.Digests;

/// <summary>What backends check of a chunk that is no digest of an image: cheap enough to be computed where the chunk is written.</summary>
internal static class ChunkCheck
{
    private const string Crc32Name = "crc32";
    private const string Crc64Name = "crc64nvme";

    /// <summary>Whether it is one of these.</summary>
    public static bool Knows(string algorithm) => algorithm is Crc32Name or Crc64Name;

    /// <exception cref="StoreException"><see cref="StoreError.Unsupported"/>: the algorithm is not known here.</exception>
    public static byte[] Of(string algorithm, ReadOnlySpan<byte> bytes) => algorithm switch
    {
        Crc32Name => Crc32BigEndian(bytes),
        Crc64Name => Crc64BigEndian(bytes),
        _ => throw new StoreException(StoreError.Unsupported, $"The checksum '{algorithm}' of a chunk cannot be computed here."),
    };

    // As protocols write it, the highest byte first.
    private static byte[] Crc32BigEndian(ReadOnlySpan<byte> bytes)
    {
        var value = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(value, Crc32.HashToUInt32(bytes));
        return value;
    }

    private static byte[] Crc64BigEndian(ReadOnlySpan<byte> bytes)
    {
        var value = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(value, Crc64Nvme.Hash(bytes));
        return value;
    }
}
