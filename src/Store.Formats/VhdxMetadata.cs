using System.Buffers.Binary;

namespace GlanceStore.Formats;

/// <summary>What the metadata region of a VHDX file says ([MS-VHDX] 2.6).</summary>
internal sealed record VhdxMetadata
{
    private const int EntryBytes = 32;
    private const int MostEntries = 2047;
    private const int LeastItemOffset = 64 << 10;
    private const int LongestRegion = 1 << 20;
    private const uint RequiredFlag = 4;

    private static readonly Guid FileParameters = new("CAA16737-FA36-4D43-B3B6-33F0AA44E76B");
    private static readonly Guid DiskSize = new("2FA54224-CD1B-4876-B211-5DBED83BF4B8");
    private static readonly Guid SectorSize = new("8141BF1D-A96F-4709-BA47-F233A8FAAB5F");
    private static readonly Guid PhysicalSectorSize = new("CDA348C7-445D-4471-9CC9-E9885251C556");
    private static readonly Guid DiskId = new("BECA12AB-B2E6-4523-93EF-C309E000C746");
    private static readonly Guid ParentLocator = new("A8D35F2D-B30B-454D-ABF7-D3D84834AB0C");

    public uint BlockSize { get; private init; }

    public bool IsFixed { get; private init; }

    public bool HasParent { get; private init; }

    public bool HasUnknownRequired { get; private init; }

    /// <summary>Whether one thing is said twice, so that readers may believe either.</summary>
    public bool HasTwins { get; private init; }

    public ulong VirtualSize { get; private init; }

    public uint LogicalSectorSize { get; private init; }

    /// <summary>Where the last item of a metadata table ends, counted from the table; no farther than the region and 1 MiB.</summary>
    public static int EndOfItems(ReadOnlySpan<byte> table, long regionBytes)
    {
        long end = table.Length;
        foreach (var (_, offset, length, _) in Items(table))
        {
            end = Math.Max(end, (long)offset + length);
        }

        return (int)Math.Min(end, Math.Min(regionBytes, LongestRegion));
    }

    /// <summary>Reads the items; false where the size of the disk or of its blocks is not among them.</summary>
    public static bool TryRead(ReadOnlySpan<byte> region, out VhdxMetadata found)
    {
        found = new VhdxMetadata();
        var (sized, shaped) = (false, false);
        var seen = new HashSet<Guid>();
        foreach (var (kind, offset, length, flags) in Items(region))
        {
            found = seen.Add(kind) ? found : found with { HasTwins = true };
            var item = offset >= LeastItemOffset && offset <= region.Length && length <= region.Length - offset ? region.Slice((int)offset, (int)length) : default;
            if (kind == DiskSize && item.Length >= sizeof(ulong))
            {
                sized = true;
                found = found with { VirtualSize = BinaryPrimitives.ReadUInt64LittleEndian(item) };
            }
            else if (kind == FileParameters && item.Length >= sizeof(ulong))
            {
                shaped = true;
                var bits = item[4];
                found = found with { BlockSize = BinaryPrimitives.ReadUInt32LittleEndian(item), IsFixed = (bits & 1) != 0, HasParent = found.HasParent || (bits & 2) != 0 };
            }
            else if (kind == SectorSize && item.Length >= sizeof(uint))
            {
                found = found with { LogicalSectorSize = BinaryPrimitives.ReadUInt32LittleEndian(item) };
            }
            else if (kind == ParentLocator)
            {
                found = found with { HasParent = true };
            }
            else if (kind != PhysicalSectorSize && kind != DiskId && (flags & RequiredFlag) != 0)
            {
                found = found with { HasUnknownRequired = true };
            }
        }

        return sized && shaped;
    }

    private static List<(Guid Kind, uint Offset, uint Length, uint Flags)> Items(ReadOnlySpan<byte> table)
    {
        var items = new List<(Guid, uint, uint, uint)>();
        if (table.Length < LeastItemOffset || !table.StartsWith("metadata"u8))
        {
            return items;
        }

        var count = Math.Min(MostEntries, (int)BinaryPrimitives.ReadUInt16LittleEndian(table[10..]));
        for (var i = 1; i <= count; i++)
        {
            var entry = table.Slice(i * EntryBytes, EntryBytes);
            items.Add((new Guid(entry[..16]), BinaryPrimitives.ReadUInt32LittleEndian(entry[16..]),
                BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]), BinaryPrimitives.ReadUInt32LittleEndian(entry[24..])));
        }

        return items;
    }
}
