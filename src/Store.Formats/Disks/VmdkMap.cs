using System.Buffers.Binary;

namespace GlanceStore.Formats.Disks;

/// <summary>A sparse VMDK, plain or as a stream of compressed grains: a directory leads to tables, whose entries tell of a grain each.</summary>
internal sealed class VmdkMap : DiskMap
{
    private const int SectorBytes = 512;
    private const int TailBytes = 3 * SectorBytes;
    private const int LargestGrain = 2 << 20;
    private const int MostEntries = 4096;
    private const int MarkerBytes = 12;
    private const uint ZeroGrainFlag = 4;
    private const uint MarkersFlag = 1 << 17;

    private readonly VmdkHeader _header;
    private readonly int _grainBytes;

    private VmdkMap(HostFile file, VmdkHeader header) : base(file)
    {
        _header = header;
        _grainBytes = (int)header.GrainSectors * SectorBytes;
        Size = (long)header.Capacity * SectorBytes;
    }

    public override long Size { get; }

    public override int ClusterBytes => _header.IsCompressed ? _grainBytes : 0;

    private long TableSpan => (long)_grainBytes * _header.EntriesOfTable;

    public static async ValueTask<DiskMap> OpenAsync(HostFile file, CancellationToken cancellationToken)
    {
        if (!VmdkHeader.TryRead(await file.HeaderAsync(0, SectorBytes, cancellationToken).ConfigureAwait(false), out var header))
        {
            throw file.Corrupted("its header is none");
        }

        if (header.HasFooter)
        {
            var tail = await file.HeaderAsync(file.Length - TailBytes, TailBytes, cancellationToken).ConfigureAwait(false);
            header = VmdkHeader.FooterIn(tail) ?? throw file.Corrupted("it has no footer");
        }

        if (header.IsCompressed && (header.Compression != 1 || (header.Flags & MarkersFlag) == 0))
        {
            throw new StoreException(StoreError.Unsupported, "The vmdk image is compressed in a way that is not known here.");
        }

        return IsSound(header, file) ? new VmdkMap(file, header) : throw file.Corrupted("its header tells of no disk that can be");
    }

    public override async ValueTask<MappedRange> FindAsync(long offset, CancellationToken cancellationToken)
    {
        var entryOfDirectory = ((long)_header.DirectoryOffset * SectorBytes) + (offset / TableSpan * sizeof(uint));
        var table = await File.LittleEndian32Async(entryOfDirectory, cancellationToken).ConfigureAwait(false) * (long)SectorBytes;
        if (table == 0)
        {
            return Within(DiskExtentKind.Hole, offset, TableSpan - (offset % TableSpan));
        }

        var index = offset % TableSpan / _grainBytes;
        var entries = await File.EntriesAsync(table + (index * sizeof(uint)), sizeof(uint), cancellationToken).ConfigureAwait(false);
        var count = (int)Math.Min(entries.Length / sizeof(uint), _header.EntriesOfTable - index);
        var grain = BinaryPrimitives.ReadUInt32LittleEndian(entries.Span);
        var kind = KindOf(grain);
        if (_header.IsCompressed && kind == DiskExtentKind.Data)
        {
            return FindCompressed(offset, grain, count > 1 ? BinaryPrimitives.ReadUInt32LittleEndian(entries.Span[sizeof(uint)..]) : 0);
        }

        var range = Within(kind, offset, LengthOf(entries.Span, count, grain, kind) - (offset % _grainBytes));
        return kind == DiskExtentKind.Data ? Stored(range, offset, grain * (long)SectorBytes) : range;
    }

    // A grain's marker tells which it is and how long it became.
    public override void Inflate(long offset, ArraySegment<byte> stored, Span<byte> cluster)
    {
        var sector = BinaryPrimitives.ReadUInt64LittleEndian(stored);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(stored.AsSpan(sizeof(ulong)));
        if (sector != (ulong)offset / SectorBytes || length == 0 || length > stored.Count - MarkerBytes)
        {
            throw Corrupted($"what is said to be the grain of byte {offset} of the disk is none, or another one");
        }

        ClusterCodec.Zlib.Inflate(stored.Slice(MarkerBytes, (int)length), cluster, _grainBytes, File);
    }

    private static bool IsSound(VmdkHeader header, HostFile file)
    {
        if (header.Version is < 1 or > 3 || header.GrainSectors is 0 or > LargestGrain / SectorBytes || !System.Numerics.BitOperations.IsPow2(header.GrainSectors)
            || header.EntriesOfTable is 0 or > MostEntries || header.Capacity is 0 or > long.MaxValue / 2 / SectorBytes || header.DirectoryOffset is 0 or > long.MaxValue / 2 / SectorBytes)
        {
            return false;
        }

        var span = header.GrainSectors * header.EntriesOfTable;
        var tables = (header.Capacity / span) + (header.Capacity % span == 0 ? 0UL : 1);
        return file.Holds(header.DirectoryOffset * SectorBytes, tables * sizeof(uint));
    }

    private long LengthOf(ReadOnlySpan<byte> entries, int count, uint first, DiskExtentKind kind)
    {
        var grains = 1;
        for (; grains < count; grains++)
        {
            var grain = BinaryPrimitives.ReadUInt32LittleEndian(entries[(grains * sizeof(uint))..]);
            if (KindOf(grain) != kind || (kind == DiskExtentKind.Data && grain != first + ((ulong)grains * _header.GrainSectors)))
            {
                break;
            }
        }

        return (long)grains * _grainBytes;
    }

    private DiskExtentKind KindOf(uint grain) => grain switch
    {
        0 => DiskExtentKind.Hole,
        1 when (_header.Flags & ZeroGrainFlag) != 0 => DiskExtentKind.Zero,
        _ => DiskExtentKind.Data,
    };

    // How long it became is told by its marker alone, where it is read; it is no longer than to the grain that was written next.
    private MappedRange FindCompressed(long offset, uint grain, uint next)
    {
        var host = grain * (long)SectorBytes;
        if (!File.Holds((ulong)host, MarkerBytes))
        {
            throw Misplaced(offset, host);
        }

        var longest = Math.Min((2 * _grainBytes) + MarkerBytes, File.Length - host);
        var length = next > grain ? Math.Min(longest, (next - grain) * (long)SectorBytes) : longest;
        var within = (int)(offset % _grainBytes);
        return Within(DiskExtentKind.Data, offset, _grainBytes - within) with { HostOffset = host, HostLength = (int)length, Skipped = within };
    }

    private MappedRange Stored(MappedRange range, long offset, long host)
    {
        var at = host + (offset % _grainBytes);
        return host >= SectorBytes && File.Holds((ulong)at, (ulong)range.Length) ? range with { HostOffset = at } : throw Misplaced(offset, host);
    }

    private MappedRange Within(DiskExtentKind kind, long offset, long length) => new(kind, Math.Min(length, Size - offset));

    private StoreException Misplaced(long offset, long host) => Corrupted($"the grain of byte {offset} of the disk is said to be at {host}, where it is not");
}
