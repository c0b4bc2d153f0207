using System.Buffers.Binary;

namespace GlanceStore.Formats.Disks;

/// <summary>A dynamic VHD: a table of blocks, each behind a bitmap of its sectors.</summary>
internal sealed class VhdMap : BlockMap
{
    private const int FooterBytes = 512;
    private const int HeaderBytes = 1024;
    private const int SectorBytes = 512;
    private const uint NotStored = uint.MaxValue;
    private const uint LargestBlock = 256 << 20;

    private readonly long _table;
    private readonly long _bitmapBytes;

    private VhdMap(HostFile file, long size, uint block, long table, long least) : base(file, size, block)
    {
        _table = table;
        _bitmapBytes = ((block / SectorBytes / 8) + SectorBytes - 1) / SectorBytes * SectorBytes;
        LeastHost = least;
    }

    protected override long LeastHost { get; }

    public static async ValueTask<DiskMap> OpenAsync(HostFile file, long size, CancellationToken cancellationToken)
    {
        var footer = await file.HeaderAsync(0, FooterBytes, cancellationToken).ConfigureAwait(false);
        var at = BinaryPrimitives.ReadUInt64BigEndian(footer.AsSpan(16));
        if (!file.Holds(at, HeaderBytes))
        {
            throw file.Corrupted("its second header is beyond the end of the file");
        }

        var header = await file.HeaderAsync((long)at, HeaderBytes, cancellationToken).ConfigureAwait(false);
        var table = BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(16));
        var entries = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(28));
        var block = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(32));
        if (!header.AsSpan().StartsWith("cxsparse"u8) || block is < SectorBytes or > LargestBlock || !System.Numerics.BitOperations.IsPow2(block))
        {
            throw file.Corrupted("its second header is none");
        }

        return (UInt128)entries * block >= (UInt128)size && file.Holds(table, entries * (ulong)sizeof(uint))
            ? new VhdMap(file, size, block, (long)table, FooterBytes)
            : throw file.Corrupted($"its table of {entries} blocks is beyond the end of the file or too short for the disk");
    }

    protected override async ValueTask<(DiskExtentKind Kind, long Host)> BlockAsync(long index, CancellationToken cancellationToken)
    {
        var sector = await File.BigEndian32Async(_table + (index * sizeof(uint)), cancellationToken).ConfigureAwait(false);
        return sector == NotStored ? (DiskExtentKind.Hole, 0) : (DiskExtentKind.Data, (sector * (long)SectorBytes) + _bitmapBytes);
    }
}
