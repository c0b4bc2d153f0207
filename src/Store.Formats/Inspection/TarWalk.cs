namespace GlanceStore.Formats.Inspection;

/// <summary>Goes from member to member of a tar archive, and notes what leads elsewhere or is read in one way here and in another there.</summary>
internal sealed class TarWalk
{
    /// <summary>No more of such records is looked at, in bytes.</summary>
    public const int LongestRecords = 64 << 10;

    /// <summary>Where the next member begins, or the archive ends.</summary>
    public long Offset { get; private set; }

    /// <summary>Where the bytes of the member begin that was entered last.</summary>
    public long Content { get; private set; }

    public bool GoesOn { get; private set; } = true;

    /// <summary>Looks at the header at <see cref="Offset"/> and goes on behind its member.</summary>
    /// <returns>The member where it is a file, or records.</returns>
    public TarMember? Enter(ReadOnlySpan<byte> block, InspectionReport report)
    {
        if (!TarMember.TryRead(block, out var member))
        {
            GoesOn = false;
            if (block.ContainsAnyExcept((byte)0))
            {
                report.Unsafe("header", $"What is at byte {Offset} of the archive is no member of it, so nothing can be said of what follows.");
            }

            return null;
        }

        Content = Offset + TarMember.BlockBytes;
        Offset = Content + ((member.Length + TarMember.BlockBytes - 1) / TarMember.BlockBytes * TarMember.BlockBytes);
        Judge(member, report);
        return member.IsFile || member.IsRecords ? member : null;
    }

    /// <summary>Looks at records: who knows them would take the next member under another name, or longer or shorter than its header says.</summary>
    public static void Judge(ReadOnlySpan<byte> records, TarMember member, InspectionReport report)
    {
        if (member.Length > LongestRecords || records.IndexOf("path="u8) >= 0 || records.IndexOf("size="u8) >= 0 || records.IndexOf("GNU.sparse"u8) >= 0)
        {
            report.Unsafe("member", "The archive has records that give a member another name or length than its header does, so what it is depends on who reads it.");
        }
    }

    private static void Judge(TarMember member, InspectionReport report)
    {
        if (!member.IsFile && !member.IsRecords && !member.IsFolder)
        {
            report.Unsafe("member", $"The archive has a member of the type '{(char.IsAsciiLetterOrDigit(member.Kind) ? member.Kind : '?')}', which is no file: a link, or the name of the next one.");
        }

        if (member.LeadsOut)
        {
            report.Unsafe("member", "The archive has a member whose name leads out of the folder it is unpacked in.");
        }
    }
}
