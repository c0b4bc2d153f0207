using System.Buffers.Binary;

namespace GlanceStore.Formats.Inspection;

/// <summary>QEMU's qcow2, and qcow, whose mark it shares.</summary>
internal static class Qcow2Inspection
{
    private const int LeastHeader = 72;
    private const int LargestRefcountTable = 1 << 20;

    public static IEnumerable<Need> Inspect(ImageView image, InspectionReport report)
    {
        if (!Qcow2Header.TryRead(image.At(0, Qcow2Header.Bytes), out var header))
        {
            Misread(image, report);
            yield break;
        }

        report.Format = header.Version == 1 ? ImageFormat.Qcow : ImageFormat.Qcow2;
        report.Detail("version", header.Version);
        report.Sized(header.VirtualSize);
        Judge(header, report);
        if (header.Version is not (2 or 3))
        {
            report.Unsafe("unknown_features", $"This is version {header.Version} of qcow, and only 2 and 3 are known well enough to be safe.");
            yield break;
        }

        if (header.ClusterBits is < 9 or > 21)
        {
            report.Unsafe("header", $"The clusters of qcow2 have 9 to 21 bits, and these have {header.ClusterBits}.");
            yield break;
        }

        Describe(header, report);
        foreach (var need in SeekEnd(header, image, report))
        {
            yield return need;
        }
    }

    private static void Misread(ImageView image, InspectionReport report)
    {
        // The old version's header is shorter than any that is read here.
        var head = image.At(0, LeastHeader);
        if (head.Length >= 8 && BinaryPrimitives.ReadUInt32BigEndian(head[4..]) == 1)
        {
            report.Format = ImageFormat.Qcow;
        }

        report.EndsInHeader();
    }

    private static void Judge(Qcow2Header header, InspectionReport report)
    {
        if (header.BackingOffset != 0)
        {
            report.Unsafe("backing_file", "The image has a backing file: what a guest reads of it comes out of another file of its host.");
        }

        if (header.Has(Qcow2Header.DataFileBit))
        {
            report.Unsafe("data_file", "The image has a data file: what a guest reads of it comes out of another file of its host.");
        }

        if ((header.Incompatible & ~Qcow2Header.KnownBits) is not 0 and var unknown)
        {
            report.Unsafe("unknown_features", $"The image needs features that are not known (0x{unknown:x}), so nothing can be said of what they do.");
        }

        if (header.Has(Qcow2Header.DirtyBit))
        {
            report.Note("dirty", "The image was not closed: its refcounts may be wrong until qemu-img check -r all has mended them.");
        }

        if (header.Has(Qcow2Header.CorruptBit))
        {
            report.Note("corrupt", "The image is marked as corrupt by who wrote it last.");
        }
    }

    private static void Describe(Qcow2Header header, InspectionReport report)
    {
        report.Detail("cluster_size", header.ClusterSize);
        report.Detail("compression", header.CompressionType switch { 0 => "zlib", 1 => "zstd", var other => $"unknown ({other})" });
        if (header.CryptMethod != 0)
        {
            report.Detail("encryption", header.CryptMethod switch { 1 => "aes", 2 => "luks", var other => $"unknown ({other})" });
        }

        if (header.Snapshots > 0)
        {
            report.Detail("snapshots", header.Snapshots);
        }

        if (header.Has(Qcow2Header.ExtendedL2Bit))
        {
            report.Detail("extended_l2", "true");
        }
    }

    // The refcounts tell the last cluster in use, so how long the image must be; those of a file that was not closed may lie.
    private static IEnumerable<Need> SeekEnd(Qcow2Header header, ImageView image, InspectionReport report)
    {
        var least = header.L1Offset + ((UInt128)header.L1Size * sizeof(ulong));
        var tableBytes = (long)header.RefcountTableClusters * header.ClusterSize;
        if (!header.Has(Qcow2Header.DirtyBit) && header.RefcountTableOffset <= long.MaxValue / 2 && tableBytes is > 0 and <= LargestRefcountTable)
        {
            var table = (long)header.RefcountTableOffset;
            yield return Need.Bytes(table, tableBytes);
            var (index, block) = LastBlock(image.At(table, (int)tableBytes));
            image.Forget(Math.Max(table, Recognition.HeadBytes));
            if (block is > 0 and <= long.MaxValue / 2)
            {
                yield return Need.Bytes((long)block, header.ClusterSize);
                var last = Qcow2Header.LastRefcount(image.At((long)block, header.ClusterSize), header.RefcountOrder);
                image.Forget(Math.Max((long)block, Recognition.HeadBytes));
                var perBlock = (UInt128)header.ClusterSize * 8 >> header.RefcountOrder;
                least = UInt128.Max(least, last < 0 ? 0 : (((perBlock * (ulong)index) + (UInt128)last) * (UInt128)header.ClusterSize) + 1);
            }
        }

        yield return Need.Size;
        if (least > (UInt128)image.Length)
        {
            report.Note("truncated", $"The image ends early: it has {image.Length} bytes, and its tables lead beyond byte {least - 1}.");
        }
    }

    private static (int Index, ulong Block) LastBlock(ReadOnlySpan<byte> table)
    {
        for (var i = (table.Length / sizeof(ulong)) - 1; i >= 0; i--)
        {
            if ((BinaryPrimitives.ReadUInt64BigEndian(table[(i * sizeof(ulong))..]) & ~0x1FFUL) is not 0 and var block)
            {
                return (i, block);
            }
        }

        return (0, 0);
    }
}
