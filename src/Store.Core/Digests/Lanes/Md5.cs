using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace GlanceStore.Digests;

/// <summary>The blocks of MD5 (RFC 1321), of one digest or of several in lockstep.</summary>
internal static unsafe class Md5<TWord, TWords>
    where TWord : unmanaged
    where TWords : IWords<TWord, uint>
{
    private const int Words = 16;

    /// <remarks>
    /// Four rounds of sixteen steps, four of them a turn. Every step waits for the one before, so sums are written in the order in which their parts
    /// are ready.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Compress(ReadOnlySpan<Lane> lanes, int blocks)
    {
        var room = stackalloc byte[LaneState<TWord, uint>.RoomFor(Words + Md5.StateWords)];
        var data = stackalloc byte*[LaneState<TWord, uint>.Count];
        var words = LaneState<TWord, uint>.Align(room);
        var state = words + Words;
        LaneState<TWord, uint>.Point(lanes, data);
        LaneState<TWord, uint>.Load(lanes, state);
        fixed (uint* sines = Md5.Sines)
        {
            var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
            for (nint offset = 0, end = (nint)blocks * Md5.BlockBytes; offset < end; offset += Md5.BlockBytes)
            {
                var word = TWords.Arrange(data, offset, words);
                for (nint i = 0; i < 16; i += 4)
                {
                    a = One(a, b, c, d, word[i], sines[i], 7);
                    d = One(d, a, b, c, word[i + 1], sines[i + 1], 12);
                    c = One(c, d, a, b, word[i + 2], sines[i + 2], 17);
                    b = One(b, c, d, a, word[i + 3], sines[i + 3], 22);
                }

                for (nint i = 16, j = 1; i < 32; i += 4, j = (j + 20) & 15)
                {
                    a = Two(a, b, c, d, word[j], sines[i], 5);
                    d = Two(d, a, b, c, word[(j + 5) & 15], sines[i + 1], 9);
                    c = Two(c, d, a, b, word[(j + 10) & 15], sines[i + 2], 14);
                    b = Two(b, c, d, a, word[(j + 15) & 15], sines[i + 3], 20);
                }

                for (nint i = 32, j = 5; i < 48; i += 4, j = (j + 12) & 15)
                {
                    a = Three(a, b, c, d, word[j], sines[i], 4);
                    d = Three(d, a, b, c, word[(j + 3) & 15], sines[i + 1], 11);
                    c = Three(c, d, a, b, word[(j + 6) & 15], sines[i + 2], 16);
                    b = Three(b, c, d, a, word[(j + 9) & 15], sines[i + 3], 23);
                }

                for (nint i = 48, j = 0; i < 64; i += 4, j = (j + 28) & 15)
                {
                    a = Four(a, b, c, d, word[j], sines[i], 6);
                    d = Four(d, a, b, c, word[(j + 7) & 15], sines[i + 1], 10);
                    c = Four(c, d, a, b, word[(j + 14) & 15], sines[i + 2], 15);
                    b = Four(b, c, d, a, word[(j + 21) & 15], sines[i + 3], 21);
                }

                (a, b, c, d) = (TWords.Add(state[0], a), TWords.Add(state[1], b), TWords.Add(state[2], c), TWords.Add(state[3], d));
                (state[0], state[1], state[2], state[3]) = (a, b, c, d);
            }
        }

        LaneState<TWord, uint>.Store(lanes, state);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWord One(TWord a, TWord b, TWord c, TWord d, TWord word, uint sine, [ConstantExpected] byte bits) =>
        TWords.Add(b, TWords.RotateLeft(TWords.AddSelected(TWords.Add(a, TWords.Add(word, TWords.Of(sine))), b, c, d), bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWord Two(TWord a, TWord b, TWord c, TWord d, TWord word, uint sine, [ConstantExpected] byte bits) =>
        TWords.Add(b, TWords.RotateLeft(TWords.AddSelected(TWords.Add(a, TWords.Add(word, TWords.Of(sine))), d, b, c), bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWord Three(TWord a, TWord b, TWord c, TWord d, TWord word, uint sine, [ConstantExpected] byte bits) =>
        TWords.Add(b, TWords.RotateLeft(TWords.Add(TWords.Add(a, TWords.Add(word, TWords.Of(sine))), TWords.Xor(c, d, b)), bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWord Four(TWord a, TWord b, TWord c, TWord d, TWord word, uint sine, [ConstantExpected] byte bits) =>
        TWords.Add(b, TWords.RotateLeft(TWords.Add(TWords.Add(a, TWords.Add(word, TWords.Of(sine))), TWords.XorOrNot(b, c, d)), bits));
}
/// <summary>The numbers of MD5.</summary>
internal static class Md5
{
    public const int BlockBytes = 64;
    public const int StateWords = 4;

    /// <summary>Its state before the first block (RFC 1321, section 3.3).</summary>
    public static ReadOnlySpan<uint> Start => [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];

    /// <summary>
    /// Section 3.4: the whole part of 2^32 times the sine; none lies near enough to a whole number for the last bit of a sine to matter.
    /// </summary>
    public static uint[] Sines { get; } = [.. Enumerable.Range(1, 64).Select(i => (uint)(long)(Math.Abs(Math.Sin(i)) * 4294967296))];
}
