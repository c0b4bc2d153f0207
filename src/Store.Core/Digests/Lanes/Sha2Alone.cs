using System.Runtime.CompilerServices;

namespace GlanceStore.Digests;

/// <summary>
/// SHA-256 or SHA-512 of a single stream: the rounds of one block after the other, in the processor's own registers, and before them the
/// schedules of as many blocks as a vector has lanes. Nothing in a schedule waits for the digest, and schedules are a third of the work.
/// </summary>
/// <typeparam name="TElement">A word of the digest.</typeparam>
/// <typeparam name="TWords">What is done with it.</typeparam>
/// <typeparam name="TSha">The digest in such words.</typeparam>
/// <typeparam name="TVector">A word of each of several blocks.</typeparam>
/// <typeparam name="TVectors">What is done with it.</typeparam>
/// <typeparam name="TVectorSha">The digest in such words.</typeparam>
internal static unsafe class Sha2Alone<TElement, TWords, TSha, TVector, TVectors, TVectorSha>
    where TElement : unmanaged
    where TWords : IWords<TElement, TElement>
    where TSha : ISha2<TElement, TElement>
    where TVector : unmanaged
    where TVectors : IWords<TVector, TElement>
    where TVectorSha : ISha2<TVector, TElement>
{
    private const int BlockWords = Sha2<TElement, TElement, TWords, TSha>.BlockWords;
    private const int StateWords = Sha2<TElement, TElement, TWords, TSha>.StateWords;

    private static int BlockBytes => BlockWords * sizeof(TElement);

    // In the rounds of a vector's blocks, eight at a time, there is time for every word: 64 of 80 with eight lanes, 64 of 40 with four.
    private static int WordsOfTurn => Math.Max(1, 8 / AtOnce);

    private static int AtOnce => LaneState<TVector, TElement>.Count;

    /// <remarks>
    /// The schedules of the next blocks are made among the rounds of these: vectors and single words have units of their own in a processor.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Compress(ReadOnlySpan<Lane> lanes, int blocks)
    {
        var rounds = TSha.Constants.Length;
        var room = stackalloc byte[LaneState<TVector, TElement>.RoomFor(3 * rounds)];
        var words = LaneState<TVector, TElement>.Align(room);
        var ready = words + rounds;
        var coming = ready + rounds;
        fixed (TElement* constants = TSha.Constants)
        fixed (byte* state = lanes[0].State)
        {
            var data = lanes[0].Data;
            Begin(data, blocks, words, ready, constants);
            for (nint word = BlockWords; word < rounds; word++)
            {
                Extend(words + word, ready + word, constants + word);
            }

            while (blocks > 0)
            {
                var taken = Math.Min(blocks, AtOnce);
                blocks -= taken;
                data += taken * BlockBytes;
                if (blocks > 0)
                {
                    Begin(data, blocks, words, coming, constants);
                }

                // Eight blocks or four have rounds enough for all words of the next; where there are no next, nothing is made.
                nint made = blocks > 0 ? BlockWords : rounds;
                for (var i = 0; i < taken; i++)
                {
                    made = Run((TElement*)state, (TElement*)ready + i, rounds, words, coming, constants, made);
                }

                var free = ready;
                ready = coming;
                coming = free;
            }
        }
    }

    // The first sixteen words of the schedules of the next blocks. Where they are fewer than lanes, the last one is in all that are left.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Begin(byte* next, int blocks, TVector* words, TVector* sums, TElement* constants)
    {
        var data = stackalloc byte*[AtOnce];
        for (var i = 0; i < AtOnce; i++)
        {
            data[i] = next + (Math.Min(i, blocks - 1) * BlockBytes);
        }

        Sha2<TVector, TElement, TVectors, TVectorSha>.Begin(data, 0, words);
        for (var word = 0; word < BlockWords; word++)
        {
            sums[word] = TVectors.Add(words[word], TVectors.Of(constants[word]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Extend(TVector* word, TVector* sum, TElement* constant)
    {
        *word = Sha2<TVector, TElement, TVectors, TVectorSha>.Next(word);
        *sum = TVectors.Add(*word, TVectors.Of(*constant));
    }

    /// <summary>All rounds of a block, and meanwhile words of the schedules of the next blocks.</summary>
    /// <param name="state">The digest.</param>
    /// <param name="ready">The block's words, with the constants added, those of other blocks between them.</param>
    /// <param name="rounds">How many rounds there are.</param>
    /// <param name="words">The schedules that are made.</param>
    /// <param name="sums">The same with the constants added.</param>
    /// <param name="constants">One for each round.</param>
    /// <param name="made">How many words have been made.</param>
    /// <returns>How many words have been made now.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Run(TElement* state, TElement* ready, int rounds, TVector* words, TVector* sums, TElement* constants, nint made)
    {
        nint step = AtOnce;
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        var (e, f, g, h) = (state[4], state[5], state[6], state[7]);
        var differs = TWords.Xor(b, c, default);
        for (nint round = 0; round < rounds; round += StateWords, ready += step * StateWords)
        {
            Step(a, b, c, ref d, e, f, g, ref h, ref differs, ready[0]);
            Step(h, a, b, ref c, d, e, f, ref g, ref differs, ready[step]);
            Step(g, h, a, ref b, c, d, e, ref f, ref differs, ready[2 * step]);
            Step(f, g, h, ref a, b, c, d, ref e, ref differs, ready[3 * step]);
            Step(e, f, g, ref h, a, b, c, ref d, ref differs, ready[4 * step]);
            Step(d, e, f, ref g, h, a, b, ref c, ref differs, ready[5 * step]);
            Step(c, d, e, ref f, g, h, a, ref b, ref differs, ready[6 * step]);
            Step(b, c, d, ref e, f, g, h, ref a, ref differs, ready[7 * step]);
            for (var i = 0; i < WordsOfTurn && made < rounds; i++, made++)
            {
                Extend(words + made, sums + made, constants + made);
            }
        }

        Sha2<TElement, TElement, TWords, TSha>.Add(state, a, b, c, d);
        Sha2<TElement, TElement, TWords, TSha>.Add(state + (StateWords / 2), e, f, g, h);
        return made;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(TElement a, TElement b, TElement c, ref TElement d, TElement e, TElement f, TElement g, ref TElement h, ref TElement differs, TElement word) =>
        Sha2<TElement, TElement, TWords, TSha>.Step(a, b, c, ref d, e, f, g, ref h, ref differs, word);
}
