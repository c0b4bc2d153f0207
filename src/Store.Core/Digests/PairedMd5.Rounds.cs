using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static System.Numerics.BitOperations;

namespace GlanceStore.Digests;

internal sealed partial class PairedMd5
{
    // Section 3.4: the whole part of 2^32 times the sine; none lies near enough to a whole number for the last bit of a sine to matter.
    private static readonly uint[] Sines = [.. Enumerable.Range(1, BlockBytes).Select(i => (uint)(long)(Math.Abs(Math.Sin(i)) * 4294967296))];

    /// <summary>Takes both digests over the same whole blocks.</summary>
    /// <remarks>
    /// Four rounds of sixteen steps, four of them a turn; a step of the one digest stands beside the same step of the other. Sums are written
    /// so that the value of the step before comes in last.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Digest(Span<uint> one, Span<uint> two, ReadOnlySpan<byte> blocks)
    {
        ref var word = ref Unsafe.As<byte, uint>(ref MemoryMarshal.GetReference(blocks));
        ref var sine = ref MemoryMarshal.GetArrayDataReference(Sines);
        var (a, b, c, d) = (one[0], one[1], one[2], one[3]);
        var (e, f, g, h) = (two[0], two[1], two[2], two[3]);
        uint x;
        for (var left = blocks.Length / BlockBytes; left > 0; left--)
        {
            for (nint i = 0; i < 16; i += 4)
            {
                x = Unsafe.Add(ref word, i) + Unsafe.Add(ref sine, i);
                a = b + RotateLeft(a + x + (((c ^ d) & b) ^ d), 7);
                e = f + RotateLeft(e + x + (((g ^ h) & f) ^ h), 7);
                x = Unsafe.Add(ref word, i + 1) + Unsafe.Add(ref sine, i + 1);
                d = a + RotateLeft(d + x + (((b ^ c) & a) ^ c), 12);
                h = e + RotateLeft(h + x + (((f ^ g) & e) ^ g), 12);
                x = Unsafe.Add(ref word, i + 2) + Unsafe.Add(ref sine, i + 2);
                c = d + RotateLeft(c + x + (((a ^ b) & d) ^ b), 17);
                g = h + RotateLeft(g + x + (((e ^ f) & h) ^ f), 17);
                x = Unsafe.Add(ref word, i + 3) + Unsafe.Add(ref sine, i + 3);
                b = c + RotateLeft(b + x + (((d ^ a) & c) ^ a), 22);
                f = g + RotateLeft(f + x + (((h ^ e) & g) ^ e), 22);
            }

            for (nint i = 0, j = 1; i < 16; i += 4, j = (j + 20) & 15)
            {
                x = Unsafe.Add(ref word, j) + Unsafe.Add(ref sine, i + 16);
                a = b + RotateLeft(a + x + (c & ~d) + (b & d), 5);
                e = f + RotateLeft(e + x + (g & ~h) + (f & h), 5);
                x = Unsafe.Add(ref word, (j + 5) & 15) + Unsafe.Add(ref sine, i + 17);
                d = a + RotateLeft(d + x + (b & ~c) + (a & c), 9);
                h = e + RotateLeft(h + x + (f & ~g) + (e & g), 9);
                x = Unsafe.Add(ref word, (j + 10) & 15) + Unsafe.Add(ref sine, i + 18);
                c = d + RotateLeft(c + x + (a & ~b) + (d & b), 14);
                g = h + RotateLeft(g + x + (e & ~f) + (h & f), 14);
                x = Unsafe.Add(ref word, (j + 15) & 15) + Unsafe.Add(ref sine, i + 19);
                b = c + RotateLeft(b + x + (d & ~a) + (c & a), 20);
                f = g + RotateLeft(f + x + (h & ~e) + (g & e), 20);
            }

            for (nint i = 0, j = 5; i < 16; i += 4, j = (j + 12) & 15)
            {
                x = Unsafe.Add(ref word, j) + Unsafe.Add(ref sine, i + 32);
                a = b + RotateLeft(a + x + (c ^ d ^ b), 4);
                e = f + RotateLeft(e + x + (g ^ h ^ f), 4);
                x = Unsafe.Add(ref word, (j + 3) & 15) + Unsafe.Add(ref sine, i + 33);
                d = a + RotateLeft(d + x + (b ^ c ^ a), 11);
                h = e + RotateLeft(h + x + (f ^ g ^ e), 11);
                x = Unsafe.Add(ref word, (j + 6) & 15) + Unsafe.Add(ref sine, i + 34);
                c = d + RotateLeft(c + x + (a ^ b ^ d), 16);
                g = h + RotateLeft(g + x + (e ^ f ^ h), 16);
                x = Unsafe.Add(ref word, (j + 9) & 15) + Unsafe.Add(ref sine, i + 35);
                b = c + RotateLeft(b + x + (d ^ a ^ c), 23);
                f = g + RotateLeft(f + x + (h ^ e ^ g), 23);
            }

            for (nint i = 0, j = 0; i < 16; i += 4, j = (j + 28) & 15)
            {
                x = Unsafe.Add(ref word, j) + Unsafe.Add(ref sine, i + 48);
                a = b + RotateLeft(a + x + (c ^ (b | ~d)), 6);
                e = f + RotateLeft(e + x + (g ^ (f | ~h)), 6);
                x = Unsafe.Add(ref word, (j + 7) & 15) + Unsafe.Add(ref sine, i + 49);
                d = a + RotateLeft(d + x + (b ^ (a | ~c)), 10);
                h = e + RotateLeft(h + x + (f ^ (e | ~g)), 10);
                x = Unsafe.Add(ref word, (j + 14) & 15) + Unsafe.Add(ref sine, i + 50);
                c = d + RotateLeft(c + x + (a ^ (d | ~b)), 15);
                g = h + RotateLeft(g + x + (e ^ (h | ~f)), 15);
                x = Unsafe.Add(ref word, (j + 21) & 15) + Unsafe.Add(ref sine, i + 51);
                b = c + RotateLeft(b + x + (d ^ (c | ~a)), 21);
                f = g + RotateLeft(f + x + (h ^ (g | ~e)), 21);
            }

            (a, b, c, d) = (one[0] += a, one[1] += b, one[2] += c, one[3] += d);
            (e, f, g, h) = (two[0] += e, two[1] += f, two[2] += g, two[3] += h);
            word = ref Unsafe.Add(ref word, BlockBytes / sizeof(uint));
        }
    }
}
