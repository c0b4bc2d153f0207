using System.Buffers.Binary;

namespace GlanceStore.Formats;

/// <summary>The header of a sparse VMDK extent, and its copy at the end of a stream that was written without seeking.</summary>
internal sealed record VmdkHeader
{
    private const int SectorBytes = 512;
    private const uint CompressedFlag = 1 << 16;
    private const uint FooterMarker = 3;

    public uint Version { get; private init; }

    public uint Flags { get; private init; }

    /// <summary>The disk in sectors of 512 bytes, as everything here.</summary>
    public ulong Capacity { get; private init; }

    public ulong GrainSectors { get; private init; }

    public ulong DescriptorOffset { get; private init; }

    public ulong DescriptorSectors { get; private init; }

    public uint EntriesOfTable { get; private init; }

    public ulong DirectoryOffset { get; private init; }

    public bool WasNotClosed { get; private init; }

    public ushort Compression { get; private init; }

    public bool IsCompressed => (Flags & CompressedFlag) != 0;

    /// <summary>Whether the directory's place was not known when the header was written, so that a footer tells it.</summary>
    public bool HasFooter => DirectoryOffset == ulong.MaxValue;

    public static bool TryRead(ReadOnlySpan<byte> sector, out VmdkHeader header)
    {
        header = new VmdkHeader();
        if (sector.Length < SectorBytes || !sector.StartsWith("KDMV"u8))
        {
            return false;
        }

        header = new VmdkHeader
        {
            Version = BinaryPrimitives.ReadUInt32LittleEndian(sector[4..]),
            Flags = BinaryPrimitives.ReadUInt32LittleEndian(sector[8..]),
            Capacity = BinaryPrimitives.ReadUInt64LittleEndian(sector[12..]),
            GrainSectors = BinaryPrimitives.ReadUInt64LittleEndian(sector[20..]),
            DescriptorOffset = BinaryPrimitives.ReadUInt64LittleEndian(sector[28..]),
            DescriptorSectors = BinaryPrimitives.ReadUInt64LittleEndian(sector[36..]),
            EntriesOfTable = BinaryPrimitives.ReadUInt32LittleEndian(sector[44..]),
            DirectoryOffset = BinaryPrimitives.ReadUInt64LittleEndian(sector[56..]),
            WasNotClosed = sector[72] != 0,
            Compression = BinaryPrimitives.ReadUInt16LittleEndian(sector[77..]),
        };
        return true;
    }

    /// <summary>The footer in the last three sectors: a marker, a header, and a marker of the end. Null where it is none.</summary>
    public static VmdkHeader? FooterIn(ReadOnlySpan<byte> tail) =>
        tail.Length == 3 * SectorBytes && IsMarker(tail[..SectorBytes], 1, FooterMarker) && IsMarker(tail[(2 * SectorBytes)..], 0, 0)
        && TryRead(tail[SectorBytes..], out var footer) ? footer : null;

    /// <summary>What is wrong with the footer that a header promises; null where nothing is.</summary>
    public static string? FaultOfFooter(VmdkHeader header, ReadOnlySpan<byte> tail)
    {
        if (FooterIn(tail) is not { } footer)
        {
            return "The image ends without the footer that its header promises, so it was cut short or changed.";
        }

        return footer.HasFooter || footer with { DirectoryOffset = header.DirectoryOffset, WasNotClosed = header.WasNotClosed } != header
            ? "The footer of the image contradicts its header, so what it is depends on who reads it."
            : null;
    }

    private static bool IsMarker(ReadOnlySpan<byte> sector, ulong sectors, uint type) =>
        BinaryPrimitives.ReadUInt64LittleEndian(sector) == sectors
        && BinaryPrimitives.ReadUInt32LittleEndian(sector[8..]) == 0
        && BinaryPrimitives.ReadUInt32LittleEndian(sector[12..]) == type;
}
