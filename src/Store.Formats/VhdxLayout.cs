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
    /// <summary>Whether there is a region that must be understood and is not known.</summary>
    public bool HasUnknownRequired { get; init; }

    /// <summary>Whether one that is known is there twice, so that readers may take either.</summary>
    public bool HasTwins { get; init; }

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
    private const uint RequiredFlag = 1;

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
            var isRequired = (BinaryPrimitives.ReadUInt32LittleEndian(entry[28..]) & RequiredFlag) != 0;
            regions = With(regions, kind, RegionOf(entry), isRequired);
        }

        return regions;
    }

    // One that is where none can be is there and leads nowhere.
    private static VhdxRegion RegionOf(ReadOnlySpan<byte> entry)
    {
        var offset = BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]);
        return offset is < HeadersEnd or > long.MaxValue / 2
            ? new VhdxRegion(HeadersEnd, 0)
            : new VhdxRegion((long)offset, BinaryPrimitives.ReadUInt32LittleEndian(entry[24..]));
    }

    private static VhdxRegions With(VhdxRegions regions, Guid kind, VhdxRegion region, bool isRequired) =>
        kind == Bat ? regions with { Bat = region, HasTwins = regions.HasTwins || regions.Bat != default }
        : kind == Metadata ? regions with { Metadata = region, HasTwins = regions.HasTwins || regions.Metadata != default }
        : regions with { HasUnknownRequired = regions.HasUnknownRequired || isRequired };

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
