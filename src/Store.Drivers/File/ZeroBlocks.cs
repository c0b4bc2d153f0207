namespace GlanceStore.Drivers.File;

// Thin provisioning: a block of zeroes that is never written is a hole, which reads as zeroes and takes no room.
internal static class ZeroBlocks
{
    // The block of common file systems; a smaller hole would take a whole block all the same.
    public const int Length = 4096;

    // The stretches to write: all but the blocks of the file, or the parts of one at either end, that hold nothing but zeroes.
    public static IEnumerable<Range> Between(ReadOnlyMemory<byte> bytes, long offset)
    {
        for (var end = 0; StartOfNext(bytes.Span, end, offset) is { } start;)
        {
            end = EndOf(bytes.Span, start, offset);
            yield return start..end;
        }
    }

    private static int? StartOfNext(ReadOnlySpan<byte> bytes, int from, long offset)
    {
        var data = bytes[from..].IndexOfAnyExcept((byte)0);
        return data < 0 ? null : Math.Max(from, from + data - (int)((offset + from + data) % Length));
    }

    private static int EndOf(ReadOnlySpan<byte> bytes, int start, long offset)
    {
        var end = NextBlock(start, offset, bytes.Length);
        while (end < bytes.Length && NextBlock(end, offset, bytes.Length) is var next && bytes[end..next].ContainsAnyExcept((byte)0))
        {
            end = next;
        }

        return end;
    }

    private static int NextBlock(int position, long offset, int length) =>
        (int)Math.Min(length, position + Length - ((offset + position) % Length));
}
