using System.Buffers.Binary;

namespace GlanceStore.Formats.Inspection;

/// <summary>QED and Parallels, whose header says all there is to say.</summary>
internal static class PlainHeaders
{
    private const int Bytes = 64;
    private const int SectorBytes = 512;
    private const uint ParallelsInUse = 0x746F6E59;

    /// <summary>The older of the two marks of Parallels.</summary>
    public static ReadOnlySpan<byte> OldParallels => "WithoutFreeSpace"u8;

    public static IEnumerable<Need> Inspect(ImageView image, InspectionReport report)
    {
        var header = image.At(0, Bytes);
        if (report.Format == ImageFormat.Qed)
        {
            report.Unsafe("banned", "QED was given up by its makers and is accepted nowhere: convert the image to another format.");
        }

        if (header.Length < Bytes)
        {
            report.EndsInHeader();
        }
        else if (report.Format == ImageFormat.Qed)
        {
            report.Sized(BinaryPrimitives.ReadUInt64LittleEndian(header[48..]));
        }
        else
        {
            // The number had 32 bits before it had 64.
            var sectors = header.StartsWith(OldParallels) ? BinaryPrimitives.ReadUInt32LittleEndian(header[36..]) : BinaryPrimitives.ReadUInt64LittleEndian(header[36..]);
            report.Sized((UInt128)sectors * SectorBytes);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header[44..]) == ParallelsInUse)
            {
                report.Note("dirty", "The image was not closed by who wrote it last.");
            }
        }

        return [];
    }
}
