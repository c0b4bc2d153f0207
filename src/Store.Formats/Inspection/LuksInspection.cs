using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;

namespace GlanceStore.Formats.Inspection;

/// <summary>LUKS: version 1 says where the disk begins, version 2 in JSON; how large it is, the length of the file tells.</summary>
internal static class LuksInspection
{
    private const int SectorBytes = 512;
    private const int Version1Bytes = 592;
    private const int JsonOffset = 4096;
    private const int LargestHeader = 4 << 20;

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

    // The only segment there is; of several, none of which is the disk, no size can be told.
    private static (long Offset, long? Length)? SegmentOf(ReadOnlySpan<byte> area)
    {
        try
        {
            var end = area.IndexOf((byte)0);
            var reader = new Utf8JsonReader(end < 0 ? area : area[..end]);
            using var json = JsonDocument.ParseValue(ref reader);
            var segments = json.RootElement.GetProperty("segments").EnumerateObject().ToList();
            return segments is [{ Value: var only }] && NumberOf(only, "offset") is { } offset ? (offset, NumberOf(only, "size")) : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    // Numbers are text there; "dynamic" is as far as the file goes.
    private static long? NumberOf(JsonElement segment, string name) =>
        segment.TryGetProperty(name, out var value) && long.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
