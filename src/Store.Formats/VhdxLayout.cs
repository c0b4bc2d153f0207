using System.Buffers.Binary;
using System.Numerics;

namespace GlanceStore.Formats;

/// <summary>A region of a VHDX file.</summary>
internal readonly record struct VhdxRegion(long Offset, long Length)
{
    public long End => Offset + Length;
}

/// <summary>The regions that a VHDX file has; one that was not found has no length.</summary>
internal sealed record VhdxRegions(VhdxRegion Bat, VhdxRegion Metadata)
{
    public long End => Math.Max(Bat.End, Metadata.End);
}

/// <summary>Whether a VHDX file is to be read with its log.</summary>
internal readonly record struct VhdxHeader(ulong Sequence, bool HasLog);

/// <summary>The first MiB of a VHDX file: two headers and two region tables, of which one each is enough ([MS-VHDX] 2.2).</summary>
internal static class VhdxLayout
{
    public const int FirstHeader = 64 << 10;
    public const int HeadersEnd = 320 << 10;
    public const int HeadersBytes = HeadersEnd - FirstHeader;

    private const int HeaderBytes = 4096;
    private const int TableBytes = 64 << 10;
    private const int MostRegions = 2047;
    private const int EntryBytes = 32;
    private const int ChecksumOffset = 4;

    private static readonly Guid Bat = new("2DC27766-F623-4200-9D64-115E9BFD4A08");
    private static readonly Guid Metadata = new("8B7CA206-4790-4B9A-B8FE-575F050F886E");

    /// <summary>The newer of the two headers that are right, or null.</summary>
    /// <param name="headers">The bytes from <see cref="FirstHeader"/> to <see cref="HeadersEnd"/>.</param>
    public static VhdxHeader? CurrentHeader(ReadOnlySpan<byte> headers)
    {
        var first = ReadHeader(headers[..HeaderBytes]);
        var second = ReadHeader(headers.Slice(FirstHeader, HeaderBytes));
        return first is null || second?.Sequence > first.Value.Sequence ? second ?? first : first;
    }

    /// <summary>The regions by the first table that is right, or null.</summary>
    /// <param name="headers">The bytes from <see cref="FirstHeader"/> to <see cref="HeadersEnd"/>.</param>
    public static VhdxRegions? ReadRegions(ReadOnlySpan<byte> headers) =>
        ReadTable(headers.Slice(2 * FirstHeader, TableBytes)) ?? ReadTable(headers.Slice(3 * FirstHeader, TableBytes));

    private static VhdxHeader? ReadHeader(ReadOnlySpan<byte> header) => header.StartsWith("head"u8) && IsWhole(header)
        ? new VhdxHeader(BinaryPrimitives.ReadUInt64LittleEndian(header[8..]), header.Slice(48, 16).ContainsAnyExcept((byte)0))
        : null;

    private static VhdxRegions? ReadTable(ReadOnlySpan<byte> table)
    {
        if (!table.StartsWith("regi"u8) || !IsWhole(table))
        {
            return null;
        }

        var count = Math.Min(MostRegions, BinaryPrimitives.ReadUInt32LittleEndian(table[8..]));
        var regions = new VhdxRegions(default, default);
        for (var i = 0; i < count; i++)
        {
            var entry = table.Slice(16 + (i * EntryBytes), EntryBytes);
            var kind = new Guid(entry[..16]);
            var offset = BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]);
            if (offset is < HeadersEnd or > long.MaxValue / 2)
            {
                continue;
            }

            var region = new VhdxRegion((long)offset, BinaryPrimitives.ReadUInt32LittleEndian(entry[24..]));
            regions = kind == Bat ? regions with { Bat = region } : kind == Metadata ? regions with { Metadata = region } : regions;
        }

        return regions;
    }

    // CRC-32C over the whole, with the checksum's own place as zeros.
    private static bool IsWhole(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (var i = 0; i < bytes.Length; i += sizeof(uint))
        {
            crc = BitOperations.Crc32C(crc, i == ChecksumOffset ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(bytes[i..]));
        }

        return ~crc == BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]);
    }
}
