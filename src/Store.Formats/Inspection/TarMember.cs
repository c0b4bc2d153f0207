using System.Text;

namespace GlanceStore.Formats.Inspection;

/// <summary>The header of a member of a tar archive.</summary>
internal readonly record struct TarMember(string Name, long Length, char Kind)
{
    public const int BlockBytes = 512;

    private const int NameBytes = 100;
    private const int SizeOffset = 124;
    private const int SizeBytes = 12;
    private const int KindOffset = 156;
    private const int MarkOffset = 257;
    private const int PrefixOffset = 345;
    private const int PrefixBytes = 155;

    // Longer than any file is; so many of them still add up to less than an offset holds.
    private const long MostBytes = 1L << 50;

    /// <summary>Whether it is a file of the archive.</summary>
    public bool IsFile => Kind is '0' or '\0' or '7';

    /// <summary>Whether it says more of the members that follow, in records of names and values.</summary>
    public bool IsRecords => Kind is 'x' or 'g';

    /// <summary>Whether it is a folder, which has no bytes.</summary>
    public bool IsFolder => Kind == '5' && Length == 0;

    /// <summary>Whether who unpacks it writes elsewhere than into the folder he is in.</summary>
    public bool LeadsOut => Name.StartsWith('/') || Name.Contains('\\', StringComparison.Ordinal) || Name.Split('/').Contains("..");

    public static bool TryRead(ReadOnlySpan<byte> block, out TarMember member)
    {
        member = default;
        if (block.Length < BlockBytes || !block[MarkOffset..].StartsWith("ustar"u8) || !TryReadSize(block.Slice(SizeOffset, SizeBytes), out var size))
        {
            return false;
        }

        // GNU's own form has other things at the place of the prefix.
        var prefix = block.Slice(MarkOffset, 8).SequenceEqual("ustar\000"u8) ? TextOf(block.Slice(PrefixOffset, PrefixBytes)) : "";
        var name = TextOf(block[..NameBytes]);
        member = new TarMember(prefix.Length > 0 ? $"{prefix}/{name}" : name, size, (char)block[KindOffset]);
        return true;
    }

    private static string TextOf(ReadOnlySpan<byte> field) => Encoding.Latin1.GetString(field.IndexOf((byte)0) is >= 0 and var end ? field[..end] : field);

    // Octal digits; above 8 GiB a number of 95 bits behind a flag.
    private static bool TryReadSize(ReadOnlySpan<byte> field, out long size)
    {
        size = 0;
        var binary = (field[0] & 0x80) != 0;
        foreach (var digit in binary ? field[1..] : field.Trim(" \0"u8))
        {
            if (size > MostBytes >> 8 || (!binary && digit is < (byte)'0' or > (byte)'7'))
            {
                return false;
            }

            size = binary ? (size << 8) | digit : (size << 3) | (uint)(digit - '0');
        }

        return true;
    }
}
