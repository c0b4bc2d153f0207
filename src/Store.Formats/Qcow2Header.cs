using System.Buffers.Binary;

namespace GlanceStore.Formats;

/// <summary>The header of qcow, versions 1 to 3, as QEMU's docs/interop/qcow2.txt describes it; nothing in it is checked.</summary>
internal sealed record Qcow2Header
{
    /// <summary>As much as there is to look at, in bytes; all of it only where the version has it.</summary>
    public const int Bytes = 112;

    public const ulong DirtyBit = 1;
    public const ulong CorruptBit = 2;
    public const ulong DataFileBit = 4;
    public const ulong CompressionBit = 8;
    public const ulong ExtendedL2Bit = 16;
    public const ulong KnownBits = DirtyBit | CorruptBit | DataFileBit | CompressionBit | ExtendedL2Bit;

    private const int BytesOfVersion1 = 48;
    private const int BytesOfVersion2 = 72;
    private const int BytesOfVersion3 = 104;

    public uint Version { get; private init; }

    public ulong BackingOffset { get; private init; }

    public ulong VirtualSize { get; private init; }

    public uint ClusterBits { get; private init; }

    public int ClusterSize => 1 << (int)ClusterBits;

    public uint CryptMethod { get; private init; }

    public uint L1Size { get; private init; }

    public ulong L1Offset { get; private init; }

    public ulong RefcountTableOffset { get; private init; }

    public uint RefcountTableClusters { get; private init; }

    public uint Snapshots { get; private init; }

    public ulong Incompatible { get; private init; }

    /// <summary>A refcount has 2 to this power bits; at most 6 where the header is right, and no more here.</summary>
    public int RefcountOrder { get; private init; } = 4;

    public byte CompressionType { get; private init; }

    public bool Has(ulong feature) => (Incompatible & feature) != 0;

    /// <summary>Reads a header; false where the bytes end in it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Qcow2Header header)
    {
        header = new Qcow2Header();
        if (bytes.Length < BytesOfVersion1)
        {
            return false;
        }

        var version = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        header = new Qcow2Header
        {
            Version = version,
            BackingOffset = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            VirtualSize = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]),
        };
        return version switch
        {
            2 or 3 => TryReadRest(bytes, header, out header),
            _ => true,
        };
    }

    /// <summary>The index of the last refcount in a block that is not 0, or -1.</summary>
    public static long LastRefcount(ReadOnlySpan<byte> block, int order)
    {
        var last = block.LastIndexOfAnyExcept((byte)0);
        if (last < 0)
        {
            return -1;
        }

        // Smaller than a byte, the first is in the lowest bits.
        return order >= 3
            ? last >> (order - 3)
            : ((long)last << (3 - order)) + (System.Numerics.BitOperations.Log2(block[last]) >> order);
    }

    private static bool TryReadRest(ReadOnlySpan<byte> bytes, Qcow2Header start, out Qcow2Header header)
    {
        header = start;
        if (bytes.Length < (start.Version == 2 ? BytesOfVersion2 : BytesOfVersion3))
        {
            return false;
        }

        header = start with
        {
            ClusterBits = BinaryPrimitives.ReadUInt32BigEndian(bytes[20..]),
            CryptMethod = BinaryPrimitives.ReadUInt32BigEndian(bytes[32..]),
            L1Size = BinaryPrimitives.ReadUInt32BigEndian(bytes[36..]),
            L1Offset = BinaryPrimitives.ReadUInt64BigEndian(bytes[40..]),
            RefcountTableOffset = BinaryPrimitives.ReadUInt64BigEndian(bytes[48..]),
            RefcountTableClusters = BinaryPrimitives.ReadUInt32BigEndian(bytes[56..]),
            Snapshots = BinaryPrimitives.ReadUInt32BigEndian(bytes[60..]),
        };

        // In version 2 these bytes are an extension's.
        if (start.Version == 3)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(bytes[100..]);
            header = header with
            {
                Incompatible = BinaryPrimitives.ReadUInt64BigEndian(bytes[72..]),
                RefcountOrder = (int)Math.Min(6, BinaryPrimitives.ReadUInt32BigEndian(bytes[96..])),
                CompressionType = length > BytesOfVersion3 && bytes.Length > BytesOfVersion3 ? bytes[BytesOfVersion3] : (byte)0,
            };
        }

        return true;
    }
}
