namespace GlanceStore.Formats.Disks;

/// <summary>A VHDX whose log is empty: a table of blocks, between them places for bitmaps that only differencing disks have.</summary>
internal sealed class VhdxMap : BlockMap
{
    private const int MetadataTableBytes = 64 << 10;
    private const uint LeastBlock = 1 << 20;
    private const uint LargestBlock = 256 << 20;
    private const int StateBits = 3;
    private const ulong OffsetMask = ~((1UL << 20) - 1);

    private readonly long _table;
    private readonly long _blocksOfBitmap;

    private VhdxMap(HostFile file, long size, VhdxMetadata disk, long table) : base(file, size, disk.BlockSize)
    {
        _table = table;
        _blocksOfBitmap = BlocksOfBitmap(disk);
    }

    protected override long LeastHost => VhdxLayout.HeadersEnd;

    public static async ValueTask<DiskMap> OpenAsync(HostFile file, CancellationToken cancellationToken)
    {
        var headers = await file.HeaderAsync(VhdxLayout.FirstHeader, VhdxLayout.HeadersBytes, cancellationToken).ConfigureAwait(false);
        if ((VhdxLayout.CurrentHeader(headers) ?? throw file.Corrupted("neither of its two headers is right")).HasLog)
        {
            throw new StoreException(StoreError.Unsupported,
                "The vhdx image was not closed: its log holds writes that have not been made yet. Let what wrote it, or qemu-img check -r all, finish them.");
        }

        var regions = VhdxLayout.ReadRegions(headers) ?? throw file.Corrupted("neither of its two region tables is right");
        var disk = await MetadataAsync(file, regions.Metadata, cancellationToken).ConfigureAwait(false);
        if (disk.HasUnknownRequired || disk.BlockSize is < LeastBlock or > LargestBlock || !System.Numerics.BitOperations.IsPow2(disk.BlockSize)
            || disk.LogicalSectorSize is not (512 or 4096) || disk.VirtualSize > long.MaxValue / 2)
        {
            throw file.Corrupted("its metadata tells of no disk that can be");
        }

        var size = (long)disk.VirtualSize;
        var blocks = (size / disk.BlockSize) + (size % disk.BlockSize == 0 ? 0 : 1);
        var entries = blocks + ((blocks - 1) / BlocksOfBitmap(disk));
        return regions.Bat.Length / sizeof(ulong) >= entries && file.Holds((ulong)regions.Bat.Offset, (ulong)regions.Bat.Length)
            ? new VhdxMap(file, size, disk, regions.Bat.Offset)
            : throw file.Corrupted("its table of blocks is beyond the end of the file or too short for the disk");
    }

    protected override async ValueTask<(DiskExtentKind Kind, long Host)> BlockAsync(long index, CancellationToken cancellationToken)
    {
        var entry = await File.LittleEndian64Async(_table + ((index + (index / _blocksOfBitmap)) * sizeof(ulong)), cancellationToken).ConfigureAwait(false);
        return (entry & ((1 << StateBits) - 1)) switch
        {
            0 or 1 => (DiskExtentKind.Hole, 0),
            2 or 3 => (DiskExtentKind.Zero, 0),
            6 => (DiskExtentKind.Data, (long)(entry & OffsetMask)),
            var state => throw Corrupted($"block {index} of the disk is in state {state}, which only an image with a parent has"),
        };
    }

    private static async ValueTask<VhdxMetadata> MetadataAsync(HostFile file, VhdxRegion region, CancellationToken cancellationToken)
    {
        if (region.Length < MetadataTableBytes || !file.Holds((ulong)region.Offset, (ulong)region.Length))
        {
            throw file.Corrupted("its metadata is beyond the end of the file");
        }

        var table = await file.HeaderAsync(region.Offset, MetadataTableBytes, cancellationToken).ConfigureAwait(false);
        var whole = await file.HeaderAsync(region.Offset, VhdxMetadata.EndOfItems(table, region.Length), cancellationToken).ConfigureAwait(false);
        return VhdxMetadata.TryRead(whole, out var found) ? found : throw file.Corrupted("its metadata is not whole");
    }

    /// <summary>How many blocks one sector of a bitmap would cover, so how many entries there are between two of bitmaps.</summary>
    private static long BlocksOfBitmap(VhdxMetadata disk) => (1L << 23) * disk.LogicalSectorSize / disk.BlockSize;
}
