using System.Runtime.CompilerServices;
using static System.Numerics.BitOperations;

namespace GlanceStore.Digests;

/// <summary>
/// Two digests by MD5 at once, in the processor's own registers. Every step of MD5 waits for the one before, so a processor works at two of them
/// in little more than the time of one; a compiler keeps that many words in registers only where they are written out.
/// </summary>
internal static unsafe class Md5Pair
{
    public const int Lanes = 2;

    private const int BlockWords = Md5.BlockBytes / sizeof(uint);

    /// <remarks>
    /// Four rounds of sixteen steps, four of them a turn; a step of the one digest stands beside the same step of the other. Sums are written
    /// so that the value of the step before comes in last.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compress(ReadOnlySpan<Lane> lanes, int blocks)
    {
        var states = stackalloc uint[Lanes * Md5.StateWords];
        var data = stackalloc byte*[Lanes];
        LaneState<ulong, uint>.Point(lanes, data);
        LaneState<ulong, uint>.Load(lanes, (ulong*)states);
        fixed (uint* sines = Md5.Sines)
        {
            var one = (uint*)data[0];
            var other = (uint*)data[1];
            var (a, b, c, d) = (states[0], states[2], states[4], states[6]);
            var (e, f, g, h) = (states[1], states[3], states[5], states[7]);
            uint x;
            for (; blocks > 0; blocks--)
            {
                for (nint i = 0; i < 16; i += 4)
                {
                    x = one[i] + sines[i];
                    a = b + RotateLeft(a + x + (((c ^ d) & b) ^ d), 7);
                    x = other[i] + sines[i];
                    e = f + RotateLeft(e + x + (((g ^ h) & f) ^ h), 7);
                    x = one[i + 1] + sines[i + 1];
                    d = a + RotateLeft(d + x + (((b ^ c) & a) ^ c), 12);
                    x = other[i + 1] + sines[i + 1];
                    h = e + RotateLeft(h + x + (((f ^ g) & e) ^ g), 12);
                    x = one[i + 2] + sines[i + 2];
                    c = d + RotateLeft(c + x + (((a ^ b) & d) ^ b), 17);
                    x = other[i + 2] + sines[i + 2];
                    g = h + RotateLeft(g + x + (((e ^ f) & h) ^ f), 17);
                    x = one[i + 3] + sines[i + 3];
                    b = c + RotateLeft(b + x + (((d ^ a) & c) ^ a), 22);
                    x = other[i + 3] + sines[i + 3];
                    f = g + RotateLeft(f + x + (((h ^ e) & g) ^ e), 22);
                }

                for (nint i = 0, j = 1; i < 16; i += 4, j = (j + 20) & 15)
                {
                    x = one[j] + sines[i + 16];
                    a = b + RotateLeft(a + x + (c & ~d) + (b & d), 5);
                    x = other[j] + sines[i + 16];
                    e = f + RotateLeft(e + x + (g & ~h) + (f & h), 5);
                    x = one[(j + 5) & 15] + sines[i + 17];
                    d = a + RotateLeft(d + x + (b & ~c) + (a & c), 9);
                    x = other[(j + 5) & 15] + sines[i + 17];
                    h = e + RotateLeft(h + x + (f & ~g) + (e & g), 9);
                    x = one[(j + 10) & 15] + sines[i + 18];
                    c = d + RotateLeft(c + x + (a & ~b) + (d & b), 14);
                    x = other[(j + 10) & 15] + sines[i + 18];
                    g = h + RotateLeft(g + x + (e & ~f) + (h & f), 14);
                    x = one[(j + 15) & 15] + sines[i + 19];
                    b = c + RotateLeft(b + x + (d & ~a) + (c & a), 20);
                    x = other[(j + 15) & 15] + sines[i + 19];
                    f = g + RotateLeft(f + x + (h & ~e) + (g & e), 20);
                }

                for (nint i = 0, j = 5; i < 16; i += 4, j = (j + 12) & 15)
                {
                    x = one[j] + sines[i + 32];
                    a = b + RotateLeft(a + x + (c ^ d ^ b), 4);
                    x = other[j] + sines[i + 32];
                    e = f + RotateLeft(e + x + (g ^ h ^ f), 4);
                    x = one[(j + 3) & 15] + sines[i + 33];
                    d = a + RotateLeft(d + x + (b ^ c ^ a), 11);
                    x = other[(j + 3) & 15] + sines[i + 33];
                    h = e + RotateLeft(h + x + (f ^ g ^ e), 11);
                    x = one[(j + 6) & 15] + sines[i + 34];
                    c = d + RotateLeft(c + x + (a ^ b ^ d), 16);
                    x = other[(j + 6) & 15] + sines[i + 34];
                    g = h + RotateLeft(g + x + (e ^ f ^ h), 16);
                    x = one[(j + 9) & 15] + sines[i + 35];
                    b = c + RotateLeft(b + x + (d ^ a ^ c), 23);
                    x = other[(j + 9) & 15] + sines[i + 35];
                    f = g + RotateLeft(f + x + (h ^ e ^ g), 23);
                }

                for (nint i = 0, j = 0; i < 16; i += 4, j = (j + 28) & 15)
                {
                    x = one[j] + sines[i + 48];
                    a = b + RotateLeft(a + x + (c ^ (b | ~d)), 6);
                    x = other[j] + sines[i + 48];
                    e = f + RotateLeft(e + x + (g ^ (f | ~h)), 6);
                    x = one[(j + 7) & 15] + sines[i + 49];
                    d = a + RotateLeft(d + x + (b ^ (a | ~c)), 10);
                    x = other[(j + 7) & 15] + sines[i + 49];
                    h = e + RotateLeft(h + x + (f ^ (e | ~g)), 10);
                    x = one[(j + 14) & 15] + sines[i + 50];
                    c = d + RotateLeft(c + x + (a ^ (d | ~b)), 15);
                    x = other[(j + 14) & 15] + sines[i + 50];
                    g = h + RotateLeft(g + x + (e ^ (h | ~f)), 15);
                    x = one[(j + 21) & 15] + sines[i + 51];
                    b = c + RotateLeft(b + x + (d ^ (c | ~a)), 21);
                    x = other[(j + 21) & 15] + sines[i + 51];
                    f = g + RotateLeft(f + x + (h ^ (g | ~e)), 21);
                }

                (a, b, c, d) = (states[0] += a, states[2] += b, states[4] += c, states[6] += d);
                (e, f, g, h) = (states[1] += e, states[3] += f, states[5] += g, states[7] += h);
                one += BlockWords;
                other += BlockWords;
            }
        }

        LaneState<ulong, uint>.Store(lanes, (ulong*)states);
    }
}
