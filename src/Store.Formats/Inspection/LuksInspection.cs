using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text.Json;

namespace GlanceStore.Formats.Inspection;

/// <summary>LUKS: version 1 says where the disk begins, version 2 in JSON; how large it is, the length of the file tells.</summary>
internal static class LuksInspection
{
    private const int SectorBytes = 512;
    private const int Version1Bytes = 592;
    private const int JsonOffset = 4096;
    private const int LargestHeader = 4 << 20;

    // How deep the names of things are in the JSON: of the whole, of a segment, of what one has.
    private const int OfRoot = 1;
    private const int OfSegments = 2;
    private const int OfSegment = 3;

    public static IEnumerable<Need> Inspect(ImageView image, InspectionReport report)
    {
        if (image.CountAt(0, Version1Bytes) < Version1Bytes)
        {
            report.EndsInHeader();
            yield break;
        }

        var version = BinaryPrimitives.ReadUInt16BigEndian(image.At(6, sizeof(ushort)));
        report.Detail("version", version);
        var segment = ((long Offset, long? Length)?)null;
        if (version == 1)
        {
            segment = (BinaryPrimitives.ReadUInt32BigEndian(image.At(104, sizeof(uint))) * (long)SectorBytes, null);
        }
        else
        {
            report.Unsafe("version", $"This is version {version} of LUKS, and what opens the images of guests knows version 1 alone.");
            var header = BinaryPrimitives.ReadUInt64BigEndian(image.At(8, sizeof(ulong)));
            if (version == 2 && header is > JsonOffset and <= LargestHeader)
            {
                yield return Need.Bytes(0, (long)header);
                segment = SegmentOf(image.At(JsonOffset, (int)header - JsonOffset));
                image.Forget(Recognition.HeadBytes);
            }
        }

        yield return Need.Size;
        if (segment is { } found)
        {
            Measure(found.Offset, found.Length, image.Length, report);
        }
    }

    private static void Measure(long offset, long? length, long file, InspectionReport report)
    {
        report.Detail("payload_offset", offset);
        if (offset > file - (length ?? 0))
        {
            report.Note("truncated", $"The image ends early: it has {file} bytes, and its encrypted disk begins at {offset}.");
        }
        else
        {
            report.VirtualSize = length ?? file - offset;
        }
    }

    // The only segment there is; of several, none of which is the disk, no size can be told. The text may be 4 MiB of anything, so that no tree is
    // made of it.
    private static (long Offset, long? Length)? SegmentOf(ReadOnlySpan<byte> area)
    {
        try
        {
            var end = area.IndexOf((byte)0);
            var reader = new Utf8JsonReader(end < 0 ? area : area[..end]);
            return ReadSegments(ref reader);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static (long Offset, long? Length)? ReadSegments(ref Utf8JsonReader reader)
    {
        var (count, offset, length) = (0, (long?)null, (long?)null);
        var isIn = false;
        while (reader.Read())
        {
            switch (reader.TokenType, reader.CurrentDepth)
            {
                case (JsonTokenType.PropertyName, OfRoot):
                    isIn = reader.ValueTextEquals("segments"u8);
                    break;
                case (JsonTokenType.PropertyName, OfSegments) when isIn:
                    count++;
                    break;
                case (JsonTokenType.PropertyName, OfSegment) when isIn && reader.ValueTextEquals("offset"u8):
                    offset = NumberAfter(ref reader);
                    break;
                case (JsonTokenType.PropertyName, OfSegment) when isIn && reader.ValueTextEquals("size"u8):
                    length = NumberAfter(ref reader);
                    break;
            }
        }

        return count == 1 && offset is { } start ? (start, length) : null;
    }

    // Numbers are text there; "dynamic" is as far as the file goes.
    private static long? NumberAfter(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.String && !reader.HasValueSequence
        && Utf8Parser.TryParse(reader.ValueSpan, out ulong number, out var consumed) && consumed == reader.ValueSpan.Length && number <= long.MaxValue
            ? (long)number
            : null;
}
