using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GlanceStore.Digests;

/// <summary>The CRC-64 of the NVMe standard, which Azure and S3 check: bits reflected, all ones before and after.</summary>
/// <remarks>
/// Where the processor multiplies without carry, eight lanes of 16 bytes are folded at once ("Fast CRC computation using PCLMULQDQ", Intel
/// 2009); what is left, and everything elsewhere, goes through eight tables at eight bytes a step. .NET's own Crc64 has another polynomial.
/// </remarks>
internal static class Crc64Nvme
{
    private const ulong Polynomial = 0x9A6C9329AC4BC9B5;
    private const ulong One = 1UL << 63; // reflected: the highest bit is the coefficient of x^0
    private const int Lanes = 8;
    private const int LaneBytes = 16;
    private const int TableSize = 256;

    private static readonly ulong[] Tables = MakeTables();

    // A lane is moved over n bits by multiplying its halves by x^(n+63) and x^(n-1): reflected operands leave the product one bit short.
    private static readonly Vector128<ulong> OverAllLanes = FoldingOver(Lanes * LaneBytes * 8);
    private static readonly Vector128<ulong> OverOneLane = FoldingOver(LaneBytes * 8);

    public static ulong Hash(ReadOnlySpan<byte> bytes) => Pclmulqdq.IsSupported && bytes.Length >= 2 * Lanes * LaneBytes
        ? Folded(bytes)
        : ~ByTables(ulong.MaxValue, bytes);

    /// <summary>As <see cref="Hash"/>, without the processor's help.</summary>
    public static ulong HashByTables(ReadOnlySpan<byte> bytes) => ~ByTables(ulong.MaxValue, bytes);

    private static ulong Folded(ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, Vector128<ulong>>(bytes);
        Span<Vector128<ulong>> lanes = stackalloc Vector128<ulong>[Lanes];
        words[..Lanes].CopyTo(lanes);
        lanes[0] ^= Vector128.CreateScalar(ulong.MaxValue);
        words = words[Lanes..];
        for (; words.Length >= Lanes; words = words[Lanes..])
        {
            for (var i = 0; i < Lanes; i++)
            {
                lanes[i] = Fold(lanes[i], OverAllLanes) ^ words[i];
            }
        }

        var one = lanes[0];
        for (var i = 1; i < Lanes; i++)
        {
            one = Fold(one, OverOneLane) ^ lanes[i];
        }

        foreach (var word in words)
        {
            one = Fold(one, OverOneLane) ^ word;
        }

        Span<byte> rest = stackalloc byte[LaneBytes];
        one.AsByte().CopyTo(rest);
        return ~ByTables(ByTables(0, rest), bytes[^(bytes.Length % LaneBytes)..]);
    }

    private static Vector128<ulong> Fold(Vector128<ulong> lane, Vector128<ulong> over) =>
        Pclmulqdq.CarrylessMultiply(lane, over, 0x00) ^ Pclmulqdq.CarrylessMultiply(lane, over, 0x11);

    private static ulong ByTables(ulong crc, ReadOnlySpan<byte> bytes)
    {
        var tables = Tables;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            var word = crc ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            crc = tables[(7 * TableSize) + (byte)word] ^ tables[(6 * TableSize) + (byte)(word >> 8)]
                ^ tables[(5 * TableSize) + (byte)(word >> 16)] ^ tables[(4 * TableSize) + (byte)(word >> 24)]
                ^ tables[(3 * TableSize) + (byte)(word >> 32)] ^ tables[(2 * TableSize) + (byte)(word >> 40)]
                ^ tables[TableSize + (byte)(word >> 48)] ^ tables[(int)(word >> 56)];
        }

        foreach (var value in bytes)
        {
            crc = tables[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        return crc;
    }

    private static ulong[] MakeTables()
    {
        var tables = new ulong[8 * TableSize];
        for (var i = 0; i < TableSize; i++)
        {
            tables[i] = Enumerable.Range(0, 8).Aggregate((ulong)i, (crc, _) => TimesX(crc));
        }

        for (var i = TableSize; i < tables.Length; i++)
        {
            var before = tables[i - TableSize];
            tables[i] = tables[(byte)before] ^ (before >> 8);
        }

        return tables;
    }

    private static Vector128<ulong> FoldingOver(int bits) => Vector128.Create(PowerOfX(bits + 63), PowerOfX(bits - 1));

    private static ulong PowerOfX(int exponent) => Enumerable.Range(0, exponent).Aggregate(One, (power, _) => TimesX(power));

    private static ulong TimesX(ulong value) => (value & 1) == 0 ? value >> 1 : (value >> 1) ^ Polynomial;
}
