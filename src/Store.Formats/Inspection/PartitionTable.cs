using System.Buffers.Binary;

namespace GlanceStore.Formats.Inspection;

/// <summary>The partition tables of a disk. A boot sector's signature alone says nothing: file systems and kernels have it too.</summary>
internal static class PartitionTable
{
    private const int TableOffset = 446;
    private const int EntryBytes = 16;
    private const int Entries = 4;
    private const int SectorBytes = 512;
    private const int LargeSectorBytes = 4096;
    private const byte ProtectiveType = 0xEE;

    /// <summary>Whether a disk begins with the header of a GUID partition table, behind a protective entry.</summary>
    public static bool IsGpt(ReadOnlySpan<byte> head) =>
        HasSignature(head) && (HasHeader(head, SectorBytes) || HasHeader(head, LargeSectorBytes)) && AnyEntry(head, entry => entry.Type == ProtectiveType);

    /// <summary><c>gpt</c>, <c>mbr</c> or null.</summary>
    public static string? KindOf(ReadOnlySpan<byte> head, long length) => IsGpt(head) ? ImageFormat.Gpt
        : HasSignature(head) && AnyEntry(head, entry => entry.IsSane(length)) ? ImageFormat.Mbr
        : null;

    /// <summary>Inspects a disk, whatever is on it.</summary>
    public static void Inspect(ImageView image, InspectionReport report)
    {
        var head = image.At(0, Recognition.HeadBytes);
        report.VirtualSize = image.Length;
        report.Format = KindOf(head, image.Length) ?? ImageFormat.Raw;
        if (report.Format != ImageFormat.Raw)
        {
            CheckEntries(head, report);
        }

        if (report.Format == ImageFormat.Gpt)
        {
            CheckEnd(head, image.Length, report);
        }
    }

    private static void CheckEntries(ReadOnlySpan<byte> head, InspectionReport report)
    {
        for (var i = 0; i < Entries; i++)
        {
            var entry = EntryOf(head, i);
            if (entry.Flag is not (0 or 0x80))
            {
                report.Unsafe("mbr", $"Entry {i + 1} of the partition table in the boot sector has the boot flag 0x{entry.Flag:x2}, which is none.");
            }
            else if (report.Format == ImageFormat.Gpt && (i == 0 ? !entry.IsProtective : entry.Type != 0))
            {
                report.Unsafe("mbr", $"Entry {i + 1} of the partition table in the boot sector is not what protects a GUID partition table, so who reads which sees other partitions.");
            }
        }
    }

    // The last sector holds the table a second time.
    private static void CheckEnd(ReadOnlySpan<byte> head, long length, InspectionReport report)
    {
        var sector = HasHeader(head, SectorBytes) ? SectorBytes : LargeSectorBytes;
        report.Detail("sector_size", sector);
        var end = (BinaryPrimitives.ReadUInt64LittleEndian(head[(sector + 32)..]) + (UInt128)1) * (UInt128)sector;
        if (end > (UInt128)length)
        {
            report.Note("truncated", $"The image ends early: it has {length} bytes, and its partition table says that the disk has {end}.");
        }
    }

    private static bool HasSignature(ReadOnlySpan<byte> head) => head.Length >= SectorBytes && head[510] == 0x55 && head[511] == 0xAA;

    private static bool HasHeader(ReadOnlySpan<byte> head, int offset) => head.Length >= offset + 40 && head[offset..].StartsWith("EFI PART"u8);

    private static bool AnyEntry(ReadOnlySpan<byte> head, Predicate<Entry> predicate)
    {
        for (var i = 0; i < Entries; i++)
        {
            if (predicate(EntryOf(head, i)))
            {
                return true;
            }
        }

        return false;
    }

    private static Entry EntryOf(ReadOnlySpan<byte> head, int index)
    {
        var entry = head.Slice(TableOffset + (index * EntryBytes), EntryBytes);
        return new Entry(entry[0], entry[4], BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]), BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]));
    }

    private readonly record struct Entry(byte Flag, byte Type, uint Start, uint Count)
    {
        public bool IsProtective => (Type, Start, Flag) == (ProtectiveType, 1, 0);

        public bool IsSane(long length) =>
            Type != 0 && (Flag is 0 or 0x80) && Count > 0 && ((long)Start + Count) * SectorBytes <= length;
    }
}
