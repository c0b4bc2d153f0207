using System.Buffers.Binary;

namespace GlanceStore.Formats.Disks;

/// <summary>VDI: a table of blocks that are numbered as they were written.</summary>
internal sealed class VdiMap : BlockMap
{
    private const int HeaderBytes = 512;
    private const uint NotStored = uint.MaxValue;
    private const uint Discarded = uint.MaxValue - 1;
    private const uint LargestBlock = 256 << 20;

    private readonly long _table;
    private readonly long _data;
    private readonly uint _blockBytes;

    private VdiMap(HostFile file, long size, uint block, long table, long data) : base(file, size, block) =>
        (_table, _data, _blockBytes) = (table, data, block);

    protected override long LeastHost => HeaderBytes;

    public static async ValueTask<DiskMap> OpenAsync(HostFile file, CancellationToken cancellationToken)
    {
        var header = await file.HeaderAsync(0, HeaderBytes, cancellationToken).ConfigureAwait(false);
        var table = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(340));
        var data = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(344));
        var size = BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(368));
        var block = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(376));
        var extra = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(380));
        var entries = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(384));
        if (block is < 512 or > LargestBlock || !System.Numerics.BitOperations.IsPow2(block) || extra != 0)
        {
            throw file.Corrupted($"its blocks have {block} bytes and {extra} more, which none have");
        }

        return size <= (UInt128)entries * block && table >= HeaderBytes && file.Holds(table, entries * (ulong)sizeof(uint))
            ? new VdiMap(file, (long)size, block, table, data)
            : throw file.Corrupted($"its table of {entries} blocks is beyond the end of the file or too short for the disk");
    }

    protected override async ValueTask<(DiskExtentKind Kind, long Host)> BlockAsync(long index, CancellationToken cancellationToken)
    {
        var number = await File.LittleEndian32Async(_table + (index * sizeof(uint)), cancellationToken).ConfigureAwait(false);
        return number switch
        {
            NotStored => (DiskExtentKind.Hole, 0),
            Discarded => (DiskExtentKind.Zero, 0),
            _ => (DiskExtentKind.Data, _data + (number * (long)_blockBytes)),
        };
    }
}
