using System.Buffers.Binary;

namespace GlanceStore.Formats.Inspection;

/// <summary>VirtualBox's VDI.</summary>
internal static class VdiInspection
{
    /// <summary>Its mark, at 64.</summary>
    public const uint Signature = 0xBEDA107F;

    private const int HeaderBytes = 512;
    private const int LeastBytes = 456;
    private const uint KnownVersion = 0x0001_0001;
    private const uint Dynamic = 1;
    private const uint Static = 2;
    private const uint Undo = 3;
    private const uint Differencing = 4;

    public static IEnumerable<Need> Inspect(ImageView image, InspectionReport report)
    {
        if (image.CountAt(0, LeastBytes) < LeastBytes)
        {
            report.EndsInHeader();
            yield break;
        }

        var least = Read(image.At(0, LeastBytes), report);
        yield return Need.Size;
        if (least > (UInt128)image.Length)
        {
            report.Note("truncated", $"The image ends early: it has {image.Length} bytes, and its header tells of {least}.");
        }
    }

    /// <summary>Reads the header and tells how long the file must be.</summary>
    private static UInt128 Read(ReadOnlySpan<byte> header, InspectionReport report)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[68..]) is var version and not KnownVersion)
        {
            report.Unsafe("header", $"The vdi header is of version {version >> 16}.{version & 0xFFFF}, and 1.1 is the only one that is known well enough to be safe.");
            return 0;
        }

        report.Sized(BinaryPrimitives.ReadUInt64LittleEndian(header[368..]));
        var type = BinaryPrimitives.ReadUInt32LittleEndian(header[76..]);
        var block = BinaryPrimitives.ReadUInt32LittleEndian(header[376..]);
        report.Detail("type", type switch { Dynamic => "dynamic", Static => "static", Undo => "undo", Differencing => "differencing", var other => $"unknown ({other})" });
        report.Detail("cluster_size", block);

        // What it is linked to, and which state of its parent it was made from.
        if (type is Undo or Differencing || header.Slice(424, 32).ContainsAnyExcept((byte)0))
        {
            report.Unsafe("parent", "The image holds only what differs from another one, which it names: its parent.");
        }

        var data = BinaryPrimitives.ReadUInt32LittleEndian(header[344..]);
        return Math.Max(data, HeaderBytes) + ((UInt128)block * BinaryPrimitives.ReadUInt32LittleEndian(header[388..]));
    }
}
