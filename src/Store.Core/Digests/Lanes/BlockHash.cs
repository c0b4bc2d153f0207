using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace GlanceStore.Digests;

/// <summary>
/// A digest that is computed here: MD5, SHA-256 and SHA-512 are alike in all but their rounds. They take blocks of one length, keep a few words from
/// block to block, and end with a block of padding that holds the length.
/// </summary>
internal sealed class BlockHash
{
    // A second MD5 in the registers costs less, four lanes of a vector instead of two cost more.
    private const double NextToNothing = 1.1;

    // Nine streams in eight lanes, each of them eight times of nine, are not worth a core for the ninth; ten are.
    private const double Little = 1.2;

    private readonly byte[] _start;
    private readonly int _wordBytes;
    private readonly LaneWidth[] _widths;

    // By how many are ready.
    private readonly int[] _lanes;
    private readonly LaneWidth[] _quickest;
    private readonly int[] _filled;

    private BlockHash(ReadOnlySpan<byte> start, int wordBytes, IEnumerable<LaneWidth> widths)
    {
        (_start, _wordBytes, _widths) = (start.ToArray(), wordBytes, [.. widths]);
        var counts = Enumerable.Range(0, _widths.Max(width => width.Lanes) + 1);
        _lanes = [.. counts.Select(ready => Math.Min(ready, _widths.MaxBy(width => Math.Min(ready, width.Lanes) / width.Cost)!.Lanes))];
        _quickest = [.. counts.Select(lanes => _widths.Where(width => width.Lanes >= lanes).MinBy(width => width.Cost)!)];
        _filled = [.. _quickest.Select(quickest => _widths.Where(width => width.Cost <= quickest.Cost * NextToNothing).Max(width => width.Lanes))];
    }

    /// <summary>Whether words stand in blocks with their highest byte first.</summary>
    public required bool IsBigEndian { get; init; }

    /// <summary>Whether a stream that begins with no other beside it is better left to the platform.</summary>
    public required bool IsForCompany { get; init; }

    /// <summary>Sixteen words.</summary>
    public int BlockBytes => 16 * _wordBytes;

    /// <summary>The ways to take its blocks that this machine has; the first takes those of one digest.</summary>
    public IReadOnlyList<LaneWidth> Widths => _widths;

    public static BlockHash Of(ReadOnlySpan<uint> start, bool isBigEndian, IEnumerable<LaneWidth> widths, bool isForCompany = false) =>
        new(MemoryMarshal.AsBytes(start), sizeof(uint), widths) { IsBigEndian = isBigEndian, IsForCompany = isForCompany };

    public static BlockHash Of(ReadOnlySpan<ulong> start, bool isBigEndian, IEnumerable<LaneWidth> widths, bool isForCompany = false) =>
        new(MemoryMarshal.AsBytes(start), sizeof(ulong), widths) { IsBigEndian = isBigEndian, IsForCompany = isForCompany };

    /// <summary>The words before the first block.</summary>
    public byte[] Start() => [.. _start];

    /// <summary>How many of those that are ready are best taken together: those that are due, and whatever costs next to nothing beside them.</summary>
    public int LanesFor(int due, int ready) => Math.Min(ready, _filled[_lanes[Math.Min(Math.Min(due, ready), _lanes.Length - 1)]]);

    /// <summary>Whether more of them beside those that are taken together take noticeably longer.</summary>
    public bool IsHeldUp(int together, int more) => together == 0 || CostOf(together + more) > CostOf(together) * Little;

    /// <summary>The quickest way to take so many together.</summary>
    public LaneWidth WidthFor(int lanes) => _quickest[lanes];

    // Where there are not as many lanes, each has its share of the turns.
    private double CostOf(int lanes) => _widths.Min(width => width.Cost * Math.Max(1, (double)lanes / width.Lanes));

    /// <summary>What follows the last whole block: the rest, a single one, zeros, and the length in bits.</summary>
    public byte[] Pad(ReadOnlySpan<byte> rest, long length)
    {
        var padded = new byte[rest.Length + 1 + (2 * _wordBytes) <= BlockBytes ? BlockBytes : 2 * BlockBytes];
        rest.CopyTo(padded);
        padded[rest.Length] = 0x80;
        var bits = padded.AsSpan(padded.Length - sizeof(long));
        if (IsBigEndian)
        {
            BinaryPrimitives.WriteInt64BigEndian(bits, length * 8);
        }
        else
        {
            BinaryPrimitives.WriteInt64LittleEndian(bits, length * 8);
        }

        return padded;
    }

    /// <summary>The words as the digest is written.</summary>
    public byte[] Written(byte[] state)
    {
        byte[] digest = [.. state];
        for (var word = 0; IsBigEndian && word < digest.Length; word += _wordBytes)
        {
            digest.AsSpan(word, _wordBytes).Reverse();
        }

        return digest;
    }
}
