using System.Buffers.Binary;

namespace GlanceStore.Formats.Inspection;

/// <summary>Microsoft's VHD: a dynamic one has its footer at both ends, a fixed one at the end alone, behind the guest's bytes.</summary>
internal static class VhdInspection
{
    public const int FooterBytes = 512;

    // Virtual PC before 2004 wrote one byte less.
    private const int ShortFooterBytes = 511;
    private const uint Fixed = 2;
    private const uint Dynamic = 3;
    private const uint Differencing = 4;

    public static ReadOnlySpan<byte> Cookie => "conectix"u8;

    /// <summary>The footer at the end of an image; empty where there is none.</summary>
    public static ReadOnlySpan<byte> FooterOf(ImageView image)
    {
        var footer = image.Tail(FooterBytes);
        return footer.StartsWith(Cookie) ? footer
            : image.Tail(ShortFooterBytes) is var shorter && shorter.Length == ShortFooterBytes && shorter.StartsWith(Cookie) ? shorter
            : default;
    }

    public static IEnumerable<Need> InspectDynamic(ImageView image, InspectionReport report)
    {
        if (image.CountAt(0, FooterBytes) < FooterBytes)
        {
            report.EndsInHeader();
            yield break;
        }

        Read(image.At(0, FooterBytes), report);
        yield return Need.Tail;
        CheckCopy(image, report);
    }

    // Some readers believe the footer, others its copy at the start.
    private static void CheckCopy(ImageView image, InspectionReport report)
    {
        var footer = FooterOf(image);
        if (footer.IsEmpty)
        {
            report.Note("truncated", "The image ends early: a VHD ends with its footer, and this one has none.");
        }
        else if (!WhatItIs(footer).SequenceEqual(WhatItIs(image.At(0, FooterBytes))))
        {
            report.Unsafe("footer", "The footer of the image contradicts its copy at the start, so what it is depends on who reads it.");
        }
    }

    // The version, where the second header is, the sizes, the geometry and the type.
    private static byte[] WhatItIs(ReadOnlySpan<byte> footer) => [.. footer[12..24], .. footer[40..64]];

    /// <summary>Of an image that has a footer at its end and none at its start.</summary>
    public static void InspectFixed(ImageView image, InspectionReport report)
    {
        var footer = FooterOf(image);
        var data = image.Length - footer.Length;
        var type = Read(footer, report);
        if (type != Fixed)
        {
            report.Unsafe("header", $"The footer is that of a VHD of type {type}, and there is no header at the start of the image.");
        }
        else if (report.VirtualSize is { } size && size > data)
        {
            report.Note("truncated", $"The image ends early: its footer tells a disk of {size} bytes, and {data} precede it.");
        }
    }

    private static uint Read(ReadOnlySpan<byte> footer, InspectionReport report)
    {
        // The "original size" at 40 is not that of the disk once it was resized.
        report.Sized(BinaryPrimitives.ReadUInt64BigEndian(footer[48..]));
        var type = BinaryPrimitives.ReadUInt32BigEndian(footer[60..]);
        report.Detail("type", type switch { Fixed => "fixed", Dynamic => "dynamic", Differencing => "differencing", var other => $"unknown ({other})" });
        report.Detail("creator", Printable(footer.Slice(28, 4)));
        if (type == Differencing)
        {
            report.Unsafe("parent", "The image holds only what differs from another one, which it names: its parent.");
        }

        if (ChecksumOf(footer) != BinaryPrimitives.ReadUInt32BigEndian(footer[64..]))
        {
            report.Note("checksum", "The checksum of the image's footer is wrong.");
        }

        return type;
    }

    /// <summary>The complement of the sum of all bytes but the checksum's own.</summary>
    private static uint ChecksumOf(ReadOnlySpan<byte> footer)
    {
        uint sum = 0;
        for (var i = 0; i < footer.Length; i++)
        {
            sum += i is >= 64 and < 68 ? (byte)0 : footer[i];
        }

        return ~sum;
    }

    private static string Printable(ReadOnlySpan<byte> bytes)
    {
        Span<char> text = stackalloc char[bytes.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            text[i] = bytes[i] is >= 0x20 and < 0x7F ? (char)bytes[i] : '?';
        }

        return new string(text).TrimEnd();
    }
}
