using System.Buffers.Binary;

namespace GlanceStore.Formats.Inspection;

/// <summary>Tells the format of an image from its first bytes, and where they tell none from its last ones.</summary>
internal static class Recognition
{
    /// <summary>As far as the mark of any format lies: the volume descriptor of an ISO ends here, in bytes.</summary>
    public const int HeadBytes = 36 << 10;

    /// <summary>The marks at the very start, of which an image has one at most.</summary>
    private static readonly (string Format, byte[] Mark)[] Magics =
    [
        (ImageFormat.Qcow2, [.. "QFI"u8, 0xFB]),
        (ImageFormat.Vmdk, [.. "KDMV"u8]),
        (ImageFormat.Vmdk, [.. "COWD"u8]),
        (ImageFormat.Vmdk, VmdkInspection.SeSparseMark),
        (ImageFormat.Vhd, [.. VhdInspection.Cookie]),
        (ImageFormat.Vhdx, [.. "vhdxfile"u8]),
        (ImageFormat.Luks, [.. "LUKS"u8, 0xBA, 0xBE]),
        (ImageFormat.Qed, [.. "QED\0"u8]),
        (ImageFormat.Parallels, [.. PlainHeaders.OldParallels]),
        (ImageFormat.Parallels, [.. "WithouFreSpacExt"u8]),
        (ImageFormat.Gzip, [0x1F, 0x8B]),
        (ImageFormat.Xz, [0xFD, .. "7zXZ"u8, 0]),
        (ImageFormat.Zstd, [0x28, 0xB5, 0x2F, 0xFD]),
    ];

    public static IEnumerable<Need> Inspect(ImageView image, InspectionReport report)
    {
        yield return Need.Bytes(0, HeadBytes);
        var formats = FormatsOf(image.At(0, HeadBytes));
        report.Format = formats.Count > 0 ? formats[0] : ImageFormat.Raw;
        if (formats.Count > 1)
        {
            report.Unsafe("multiple_formats",
                $"The image is {string.Join(" and ", formats)} at the same time, so what it is depends on who reads it.");
        }

        var steps = formats.Count > 0 ? StepsOf(formats[0], image, report) : InspectPlain(image, report);
        foreach (var need in steps)
        {
            yield return need;
        }
    }

    // What has no mark at its start: a disk, an ISO of it, or a fixed VHD, which only its end tells apart.
    private static IEnumerable<Need> InspectPlain(ImageView image, InspectionReport report)
    {
        yield return Need.Tail;
        if (VhdInspection.FooterOf(image).Length > 0)
        {
            report.Format = ImageFormat.Vhd;
            VhdInspection.InspectFixed(image, report);
        }
        else
        {
            PartitionTable.Inspect(image, report);
        }
    }

    private static IEnumerable<Need> StepsOf(string format, ImageView image, InspectionReport report) => format switch
    {
        ImageFormat.Qcow2 => Qcow2Inspection.Inspect(image, report),
        ImageFormat.Vmdk => VmdkInspection.Inspect(image, report),
        ImageFormat.Vhd => VhdInspection.InspectDynamic(image, report),
        ImageFormat.Vhdx => VhdxInspection.Inspect(image, report),
        ImageFormat.Vdi => VdiInspection.Inspect(image, report),
        ImageFormat.Luks => LuksInspection.Inspect(image, report),
        ImageFormat.Iso => IsoInspection.Inspect(image, report),
        ImageFormat.Ova => OvaInspection.Inspect(image, report),
        ImageFormat.Qed or ImageFormat.Parallels => PlainHeaders.Inspect(image, report),
        _ => [], // compressed: it does not say how long it was
    };

    private static List<string> FormatsOf(ReadOnlySpan<byte> head)
    {
        var formats = new List<string>();
        foreach (var (format, mark) in Magics)
        {
            if (head.StartsWith(mark))
            {
                formats.Add(format);
            }
        }

        AddIf(VmdkDescriptor.Is(head), ImageFormat.Vmdk);
        AddIf(head.Length >= 68 && BinaryPrimitives.ReadUInt32LittleEndian(head[64..]) == VdiInspection.Signature, ImageFormat.Vdi);
        AddIf(OvaInspection.Is(head), ImageFormat.Ova);
        AddIf(IsoInspection.Is(head), ImageFormat.Iso);

        // A disk's partition table in front of an ISO is how hybrids are made; with anything else it makes two formats of one file.
        AddIf(formats.Count > 0 && formats[0] != ImageFormat.Iso && PartitionTable.IsGpt(head), ImageFormat.Gpt);
        return formats;

        void AddIf(bool found, string format)
        {
            if (found && !formats.Contains(format))
            {
                formats.Add(format);
            }
        }
    }
}
