using System.Buffers.Binary;

namespace GlanceStore.Formats.Inspection;

/// <summary>ISO 9660 and UDF, also where a partition table makes a disk of them as well.</summary>
internal static class IsoInspection
{
    private const int DescriptorOffset = 32768;
    private const int DescriptorBytes = 2048;

    public static bool Is(ReadOnlySpan<byte> head) => MarkOf(head) is var mark
        && (mark.SequenceEqual("CD001"u8) || mark.SequenceEqual("NSR02"u8) || mark.SequenceEqual("NSR03"u8));

    public static IEnumerable<Need> Inspect(ImageView image, InspectionReport report)
    {
        yield return Need.Tail;

        // Who boots it sees the whole file, padding and partitions included.
        report.VirtualSize = image.Length;
        if (VhdInspection.FooterOf(image).Length > 0)
        {
            report.Unsafe("multiple_formats", "The image is iso and vhd at the same time, so what it is depends on who reads it.");
        }

        var head = image.At(0, Recognition.HeadBytes);
        if (PartitionTable.KindOf(head, image.Length) is { } hybrid)
        {
            report.Detail("hybrid", hybrid);
        }

        if (!MarkOf(head).SequenceEqual("CD001"u8))
        {
            report.Detail("file_system", "udf");
        }
        else if (head.Length < DescriptorOffset + DescriptorBytes)
        {
            report.Note("truncated", "The image ends early: within the descriptor of its volume.");
        }
        else
        {
            MeasureVolume(head[DescriptorOffset..], image.Length, report);
        }
    }

    private static void MeasureVolume(ReadOnlySpan<byte> descriptor, long file, InspectionReport report)
    {
        var volume = BinaryPrimitives.ReadUInt32LittleEndian(descriptor[80..]) * (long)BinaryPrimitives.ReadUInt16LittleEndian(descriptor[128..]);
        report.Detail("volume_size", volume);
        if (volume > file)
        {
            report.Note("truncated", $"The image ends early: it has {file} bytes, and its volume {volume}.");
        }
    }

    private static ReadOnlySpan<byte> MarkOf(ReadOnlySpan<byte> head) => head.Length < DescriptorOffset + 6 ? default : head.Slice(DescriptorOffset + 1, 5);
}
