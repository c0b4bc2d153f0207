using System.Buffers.Binary;

namespace GlanceStore.Formats.Inspection;

/// <summary>VMware's VMDK: a sparse extent with its description inside, or a description of extents that are other files.</summary>
internal static class VmdkInspection
{
    private const int SectorBytes = 512;

    // QEMU looks for the name of a parent in this many bytes of the sector after the header, whatever the header says of the description.
    private const int BytesOfParentHint = 20 * SectorBytes;

    /// <summary>The mark of VMware's newest sparse extents, which never are images by themselves.</summary>
    public static readonly byte[] SeSparseMark = [0xBE, 0xBA, 0xFE, 0xCA, 0, 0, 0, 0];

    public static IEnumerable<Need> Inspect(ImageView image, InspectionReport report)
    {
        var head = image.At(0, SectorBytes);
        return head.StartsWith("KDMV"u8) ? InspectSparse(image, report)
            : VmdkDescriptor.Is(head) ? InspectDescriptor(image, report)
            : InspectExtent(report);
    }

    private static IEnumerable<Need> InspectExtent(InspectionReport report)
    {
        report.Unsafe("descriptor", "This is an extent that an image consists of, and not an image by itself.");
        return [];
    }

    private static IEnumerable<Need> InspectDescriptor(ImageView image, InspectionReport report)
    {
        yield return Need.Bytes(0, VmdkDescriptor.LongestBytes + 1);
        var text = VmdkDescriptor.Parse(image.At(0, VmdkDescriptor.LongestBytes + 1));
        image.Forget(0);
        report.Sized(text.Sectors * SectorBytes);
        report.Detail("create_type", text.CreateType ?? "none");
        report.Unsafe("descriptor", "This is the description of an image that consists of other files, and not an image by itself.");
    }

    private static IEnumerable<Need> InspectSparse(ImageView image, InspectionReport report)
    {
        if (!VmdkHeader.TryRead(image.At(0, SectorBytes), out var header))
        {
            report.EndsInHeader();
            yield break;
        }

        report.Sized((UInt128)header.Capacity * SectorBytes);
        report.Detail("version", header.Version);
        if (header.GrainSectors <= long.MaxValue / SectorBytes)
        {
            report.Detail("cluster_size", (long)header.GrainSectors * SectorBytes);
        }

        if (header.WasNotClosed)
        {
            report.Note("dirty", "The image was not closed by who wrote it last.");
        }

        if (header.DescriptorSectors == 0 || header.Capacity == 0)
        {
            report.Unsafe("descriptor", "The image has no description of itself, or no disk: it is an extent that an image consists of.");
        }
        else if (header.DescriptorSectors > VmdkDescriptor.LongestBytes / SectorBytes)
        {
            report.Unsafe("descriptor", "The description in the image is longer than any that is right.");
        }
        else if (header.DescriptorOffset != 1)
        {
            report.Unsafe("descriptor", $"The description in the image is at sector {header.DescriptorOffset} and not right behind the header, where some readers look for it in any case.");
        }
        else
        {
            var length = (int)header.DescriptorSectors * SectorBytes;
            var looked = Math.Max(length, BytesOfParentHint);
            yield return Need.Bytes(SectorBytes, looked);
            Judge(image.At(SectorBytes, looked), length, report);
            image.Forget(Recognition.HeadBytes);
        }

        yield return header.HasFooter ? Need.Tail : Need.Size;
        CheckEnd(header, image, report);
    }

    private static void Judge(ReadOnlySpan<byte> bytes, int length, InspectionReport report)
    {
        if (bytes.Length < length)
        {
            report.Unreachable("the description of the image");
            return;
        }

        var text = VmdkDescriptor.Parse(bytes[..length]);
        report.Detail("create_type", text.CreateType ?? "none");
        foreach (var fault in text.Faults())
        {
            report.Unsafe("descriptor", fault);
        }

        if (text.HasParent || VmdkDescriptor.HintsAtParent(bytes))
        {
            report.Unsafe("parent", "The image holds only what differs from another one, which it names: its parent.");
        }
    }

    private static void CheckEnd(VmdkHeader header, ImageView image, InspectionReport report)
    {
        if (!header.HasFooter)
        {
            if (header.DirectoryOffset > (ulong)image.Length / SectorBytes)
            {
                report.Note("truncated", $"The image ends early: it has {image.Length} bytes, and its directory is at sector {header.DirectoryOffset}.");
            }

            return;
        }

        if (VmdkHeader.FaultOfFooter(header, image.Tail(ImageInspector.TailBytes)) is { } fault)
        {
            report.Unsafe("footer", fault);
        }
    }
}
