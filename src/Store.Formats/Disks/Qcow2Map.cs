using System.Buffers.Binary;

namespace GlanceStore.Formats.Disks;

/// <summary>
/// qcow2, versions 2 and 3: a first table leads to second ones, whose entries tell of a cluster each, or with extended entries of its 32
/// subclusters (docs/interop/qcow2.txt of QEMU). Snapshots inside the image are left alone.
/// </summary>
internal sealed class Qcow2Map : DiskMap
{
    private const ulong OffsetMask = 0x00FF_FFFF_FFFF_FE00;
    private const ulong CompressedBit = 1UL << 62;
    private const ulong ZeroBit = 1;
    private const int SectorBytes = 512;
    private const int Subclusters = 32;

    private readonly Qcow2Header _header;
    private readonly int _entryBytes;
    private readonly long _entriesOfTable;
    private readonly ClusterCodec _codec;

    private Qcow2Map(HostFile file, Qcow2Header header) : base(file)
    {
        _header = header;
        _codec = header.CompressionType == 0 ? ClusterCodec.Deflate : ClusterCodec.Zstandard;
        _entryBytes = header.Has(Qcow2Header.ExtendedL2Bit) ? 2 * sizeof(ulong) : sizeof(ulong);
        _entriesOfTable = header.ClusterSize / _entryBytes;
    }

    public override long Size => (long)_header.VirtualSize;

    public override int ClusterBytes => _header.ClusterSize;

    private long ClusterSize => _header.ClusterSize;

    private bool IsExtended => _entryBytes > sizeof(ulong);

    public static async ValueTask<DiskMap> OpenAsync(HostFile file, CancellationToken cancellationToken)
    {
        var bytes = await file.HeaderAsync(0, (int)Math.Min(Qcow2Header.Bytes, file.Length), cancellationToken).ConfigureAwait(false);
        if (!Qcow2Header.TryRead(bytes, out var header))
        {
            throw file.Corrupted("it ends within its header");
        }

        if (header.CryptMethod != 0)
        {
            throw new StoreException(StoreError.Unsupported, "The qcow2 image is encrypted, and its key is not known here.");
        }

        if (header.CompressionType > 1 || (header.Incompatible & ~Qcow2Header.KnownBits) != 0)
        {
            throw new StoreException(StoreError.Unsupported, "The qcow2 image needs features that are not known here.");
        }

        if (header.Has(Qcow2Header.CompressionBit) != (header.CompressionType != 0))
        {
            throw file.Corrupted("its header contradicts itself in how clusters are compressed");
        }

        return IsSound(header, file) ? new Qcow2Map(file, header) : throw file.Corrupted("its header tells of no disk that can be");
    }

    public override async ValueTask<MappedRange> FindAsync(long offset, CancellationToken cancellationToken)
    {
        var cluster = offset / ClusterSize;
        var at = _header.L1Offset + ((ulong)(cluster / _entriesOfTable) * sizeof(ulong));
        var table = await File.BigEndian64Async((long)at, cancellationToken).ConfigureAwait(false) & OffsetMask;
        if (table == 0)
        {
            var span = ClusterSize * _entriesOfTable;
            return Within(DiskExtentKind.Hole, offset, span - (offset % span));
        }

        RequireCluster(table, ClusterSize, "a table of clusters");
        var index = cluster % _entriesOfTable;
        var entries = await File.EntriesAsync((long)table + (index * _entryBytes), _entryBytes, cancellationToken).ConfigureAwait(false);
        var count = (int)Math.Min(entries.Length / _entryBytes, _entriesOfTable - index);
        return IsExtended ? FindExtended(offset, table, entries.Span) : FindPlain(offset, table, entries.Span, count);
    }

    public override void Inflate(long offset, ArraySegment<byte> stored, Span<byte> cluster) => _codec.Inflate(stored, cluster, ClusterBytes, File);

    private static bool IsSound(Qcow2Header header, HostFile file)
    {
        if (header.Version is not (2 or 3) || header.ClusterBits is < 9 or > 21 || header.VirtualSize > long.MaxValue / 2
            || (header.Has(Qcow2Header.ExtendedL2Bit) && header.ClusterBits < 14))
        {
            return false;
        }

        var entryBytes = header.Has(Qcow2Header.ExtendedL2Bit) ? 16 : 8;
        var span = (ulong)header.ClusterSize * (ulong)(header.ClusterSize / entryBytes);
        var tables = (header.VirtualSize / span) + (header.VirtualSize % span == 0 ? 0UL : 1);
        return header.L1Size >= tables && header.L1Offset % (ulong)header.ClusterSize == 0 && (header.L1Offset > 0 || tables == 0)
            && file.Holds(header.L1Offset, tables * sizeof(ulong));
    }

    private MappedRange FindPlain(long offset, ulong table, ReadOnlySpan<byte> entries, int count)
    {
        var first = BinaryPrimitives.ReadUInt64BigEndian(entries);
        if ((first & CompressedBit) != 0)
        {
            return FindCompressed(offset, first);
        }

        var kind = KindOf(first);
        var length = ClusterSize - (offset % ClusterSize);
        for (var i = 1; i < count; i++)
        {
            var entry = BinaryPrimitives.ReadUInt64BigEndian(entries[(i * _entryBytes)..]);
            if ((entry & CompressedBit) != 0 || KindOf(entry) != kind
                || (kind == DiskExtentKind.Data && (entry & OffsetMask) != (first & OffsetMask) + ((ulong)i * (ulong)ClusterSize)))
            {
                break;
            }

            length += ClusterSize;
        }

        return kind == DiskExtentKind.Data ? Stored(offset, first & OffsetMask, length, table) : Within(kind, offset, length);
    }

    private MappedRange FindExtended(long offset, ulong table, ReadOnlySpan<byte> entry)
    {
        var first = BinaryPrimitives.ReadUInt64BigEndian(entry);
        var bits = BinaryPrimitives.ReadUInt64BigEndian(entry[sizeof(ulong)..]);
        if ((first & CompressedBit) != 0)
        {
            return bits == 0 ? FindCompressed(offset, first) : throw Corrupted("a compressed cluster is said to have subclusters");
        }

        var subcluster = ClusterSize / Subclusters;
        var index = (int)(offset % ClusterSize / subcluster);
        var kind = KindOf(bits, index);
        var length = subcluster - (offset % subcluster);
        for (index++; index < Subclusters && KindOf(bits, index) == kind; index++)
        {
            length += subcluster;
        }

        return kind == DiskExtentKind.Data ? Stored(offset, first & OffsetMask, length, table) : Within(kind, offset, length);
    }

    private DiskExtentKind KindOf(ulong entry) => _header.Version == 3 && (entry & ZeroBit) != 0 ? DiskExtentKind.Zero
        : (entry & OffsetMask) == 0 ? DiskExtentKind.Hole
        : DiskExtentKind.Data;

    private DiskExtentKind KindOf(ulong bits, int subcluster) => (bits >> subcluster & 1, bits >> (subcluster + Subclusters) & 1) switch
    {
        (0, 0) => DiskExtentKind.Hole,
        (1, 0) => DiskExtentKind.Data,
        (0, 1) => DiskExtentKind.Zero,
        _ => throw Corrupted("a subcluster is said to be both stored and zeros"),
    };

    private MappedRange FindCompressed(long offset, ulong entry)
    {
        var offsetBits = 62 - ((int)_header.ClusterBits - 8);
        var host = entry & ((1UL << offsetBits) - 1);
        var sectors = ((entry & ~(CompressedBit | (1UL << 63))) >> offsetBits) + 1;
        if (host >= (ulong)File.Length || host < SectorBytes)
        {
            throw Corrupted($"the cluster of byte {offset} is said to be at {host}, where it cannot be");
        }

        // Sectors are what is counted, so the last of them may reach beyond the file.
        var length = Math.Min((sectors * SectorBytes) - (host % SectorBytes), (ulong)File.Length - host);
        var within = offset % ClusterSize;
        var range = Within(DiskExtentKind.Data, offset, ClusterSize - within);
        return range with { HostOffset = (long)host, HostLength = (int)Math.Min(length, (ulong)(2 * ClusterSize)), Skipped = (int)within };
    }

    // What is beyond the end of the disk need not be in the file.
    private MappedRange Stored(long offset, ulong cluster, long length, ulong table)
    {
        var within = offset % ClusterSize;
        var range = Within(DiskExtentKind.Data, offset, length) with { HostOffset = (long)cluster + within };
        RequireCluster(cluster, within + range.Length, "a cluster");
        var end = cluster + (ulong)(within + range.Length);
        if (cluster < table + (ulong)ClusterSize && table < end)
        {
            throw Corrupted($"the bytes at {offset} of the disk are said to be in the table that says so");
        }

        return range;
    }

    private MappedRange Within(DiskExtentKind kind, long offset, long length) => new(kind, Math.Min(length, Size - offset));

    private void RequireCluster(ulong offset, long length, string what)
    {
        var tables = _header.L1Offset + ((ulong)_header.L1Size * sizeof(ulong));
        if (offset % (ulong)ClusterSize != 0 || offset < (ulong)ClusterSize || !File.Holds(offset, (ulong)length)
            || (offset < tables && _header.L1Offset < offset + (ulong)length))
        {
            throw Corrupted($"{what} is said to be at {offset}, where it cannot be");
        }
    }
}
