using System.Text;

namespace GlanceStore.Formats.Inspection;

/// <summary>OVA: a tar archive that begins with a description (OVF), and the disks.</summary>
internal static class OvaInspection
{
    private const int BlockBytes = 512;
    private const int MostMembers = 256;

    /// <summary>Whether it is a tar archive whose first member is a description.</summary>
    public static bool Is(ReadOnlySpan<byte> head) => TarMember.TryRead(head, out var first) && first.Name.EndsWith(".ovf", StringComparison.OrdinalIgnoreCase);

    public static IEnumerable<Need> Inspect(ImageView image, InspectionReport report)
    {
        var disks = new List<InspectionReport>();
        long offset = 0;
        for (var i = 0; i < MostMembers; i++)
        {
            yield return Need.Bytes(offset, BlockBytes);
            if (!TarMember.TryRead(image.At(offset, BlockBytes), out var member))
            {
                break;
            }

            if (member.Name.EndsWith(".vmdk", StringComparison.OrdinalIgnoreCase) || member.Name.EndsWith(".vhd", StringComparison.OrdinalIgnoreCase))
            {
                disks.Add(new InspectionReport());
                foreach (var need in InspectDisk(image.Within(offset + BlockBytes, member.Length), disks[^1]))
                {
                    yield return need.Kind == NeedKind.Bytes ? need with { Offset = need.Offset + offset + BlockBytes } : need;
                }

                image.Forget(Recognition.HeadBytes);
            }

            offset += BlockBytes + ((member.Length + BlockBytes - 1) / BlockBytes * BlockBytes);
        }

        yield return Need.Size;
        Conclude(offset, disks, image.Length, report);
    }

    // Its length is known and its end is not that of the archive, so the tail is looked at where it is.
    private static IEnumerable<Need> InspectDisk(ImageView disk, InspectionReport report)
    {
        foreach (var need in Recognition.Inspect(disk, report))
        {
            switch (need.Kind)
            {
                case NeedKind.Bytes:
                    yield return need with { Length = (int)Math.Min(need.Length, Math.Max(0, disk.Length - need.Offset)) };
                    break;
                case NeedKind.Tail:
                    var count = (int)Math.Min(ImageInspector.TailBytes, disk.Length);
                    yield return Need.Bytes(disk.Length - count, count);
                    break;
            }
        }
    }

    private static void Conclude(long end, List<InspectionReport> disks, long length, InspectionReport report)
    {
        report.Detail("disks", disks.Count);
        foreach (var finding in disks.SelectMany(disk => disk.Findings))
        {
            if (finding.IsUnsafe)
            {
                report.Unsafe(finding.Code, $"In the archive: {finding.Message}");
            }
            else
            {
                report.Note(finding.Code, $"In the archive: {finding.Message}");
            }
        }

        if (disks is [var only])
        {
            report.VirtualSize = only.VirtualSize;
            report.Detail("disk_format", only.Format);
        }

        if (end > length)
        {
            report.Note("truncated", $"The image ends early: it has {length} bytes, and its last member ends at {end}.");
        }
    }
}

/// <summary>The header of a member of a tar archive.</summary>
internal readonly record struct TarMember(string Name, long Length)
{
    private const int NameBytes = 100;
    private const int SizeOffset = 124;
    private const int SizeBytes = 12;
    private const int MarkOffset = 257;
    private const int BlockBytes = 512;

    public static bool TryRead(ReadOnlySpan<byte> block, out TarMember member)
    {
        member = default;
        if (block.Length < BlockBytes || !block[MarkOffset..].StartsWith("ustar"u8) || !TryReadSize(block.Slice(SizeOffset, SizeBytes), out var size))
        {
            return false;
        }

        var name = block[..NameBytes];
        var end = name.IndexOf((byte)0);
        member = new TarMember(Encoding.Latin1.GetString(end < 0 ? name : name[..end]), size);
        return true;
    }

    // Octal digits; above 8 GiB a number of 95 bits behind a flag.
    private static bool TryReadSize(ReadOnlySpan<byte> field, out long size)
    {
        size = 0;
        var binary = (field[0] & 0x80) != 0;
        foreach (var digit in binary ? field[1..] : field.Trim(" \0"u8))
        {
            if (size > long.MaxValue >> 12 || (!binary && digit is < (byte)'0' or > (byte)'7'))
            {
                return false;
            }

            size = binary ? (size << 8) | digit : (size << 3) | (uint)(digit - '0');
        }

        return true;
    }
}
