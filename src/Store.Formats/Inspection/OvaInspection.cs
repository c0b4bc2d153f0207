namespace GlanceStore.Formats.Inspection;

/// <summary>OVA: a tar archive that begins with a description (OVF), and the disks.</summary>
internal static class OvaInspection
{
    private const int BlockBytes = TarMember.BlockBytes;
    private const int MostMembers = 256;

    // Beside the disks: the description, its checksums, and who signed them.
    private static readonly string[] Papers = [".ovf", ".mf", ".cert"];

    /// <summary>Whether it is a tar archive whose first member is a description.</summary>
    public static bool Is(ReadOnlySpan<byte> head) => TarMember.TryRead(head, out var first) && first.Name.EndsWith(".ovf", StringComparison.OrdinalIgnoreCase);

    public static IEnumerable<Need> Inspect(ImageView image, InspectionReport report)
    {
        var members = new List<InspectionReport>();
        var walk = new TarWalk();
        for (var i = 0; walk.GoesOn; i++)
        {
            if (i == MostMembers)
            {
                report.Unsafe("header", $"The archive has more than {MostMembers} members, so nothing can be said of the others.");
                break;
            }

            yield return Need.Bytes(walk.Offset, BlockBytes);
            var member = walk.Enter(image.At(walk.Offset, BlockBytes), report);
            image.Forget(Recognition.HeadBytes);
            if (member is { IsRecords: true } records)
            {
                var length = (int)Math.Min(records.Length, TarWalk.LongestRecords);
                yield return Need.Bytes(walk.Content, length);
                TarWalk.Judge(image.At(walk.Content, length), records, report);
            }
            else if (member is { } file && !IsPaper(file))
            {
                members.Add(new InspectionReport());
                foreach (var need in InspectMember(image.Within(walk.Content, file.Length), members[^1]))
                {
                    yield return need.Kind == NeedKind.Bytes ? need with { Offset = need.Offset + walk.Content } : need;
                }
            }
        }

        yield return Need.Size;
        Conclude(walk.Offset, members, image.Length, report);
    }

    private static bool IsPaper(TarMember member) => Papers.Any(end => member.Name.EndsWith(end, StringComparison.OrdinalIgnoreCase));

    // Its length is known and its end is not that of the archive, so the tail is looked at where it is.
    private static IEnumerable<Need> InspectMember(ImageView disk, InspectionReport report)
    {
        foreach (var need in Recognition.Inspect(disk, report))
        {
            switch (need.Kind)
            {
                case NeedKind.Bytes:
                    yield return need with { Length = (int)Math.Clamp(disk.Length - need.Offset, 0, need.Length) };
                    break;
                case NeedKind.Tail:
                    var count = (int)Math.Min(ImageInspector.TailBytes, disk.Length);
                    yield return Need.Bytes(disk.Length - count, count);
                    break;
            }
        }
    }

    private static void Conclude(long end, List<InspectionReport> members, long length, InspectionReport report)
    {
        // What has no mark of any format may be a disk as well, or a text, or the memory of a virtual machine.
        var disks = members.Where(member => member.Format is not (ImageFormat.Raw or ImageFormat.Iso)).ToList();
        report.Detail("disks", disks.Count);
        foreach (var finding in members.SelectMany(member => member.Findings))
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
