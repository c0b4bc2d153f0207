using System.Runtime.CompilerServices;

namespace GlanceStore.Digests;

/// <summary>In what SHA-256 and SHA-512 differ (FIPS 180-4, sections 4.1 and 4.2).</summary>
internal interface ISha2<TWord, TElement>
    where TWord : unmanaged
    where TElement : unmanaged
{
    /// <summary>One for each round.</summary>
    static abstract ReadOnlySpan<TElement> Constants { get; }

    /// <summary>Σ0 of the standard.</summary>
    static abstract TWord UpperSigma0(TWord x);

    /// <summary>Σ1 of the standard.</summary>
    static abstract TWord UpperSigma1(TWord x);

    /// <summary>σ0 of the standard.</summary>
    static abstract TWord LowerSigma0(TWord x);

    /// <summary>σ1 of the standard.</summary>
    static abstract TWord LowerSigma1(TWord x);
}

/// <summary>The blocks of SHA-256 or SHA-512 (FIPS 180-4, section 6), of one digest or of several in lockstep.</summary>
internal static unsafe class Sha2<TWord, TElement, TWords, TSha>
    where TWord : unmanaged
    where TElement : unmanaged
    where TWords : IWords<TWord, TElement>
    where TSha : ISha2<TWord, TElement>
{
    /// <summary>Words of a block, and rounds between two extensions of the schedule.</summary>
    public const int BlockWords = 16;

    /// <summary>Words that go from block to block.</summary>
    public const int StateWords = 8;

    /// <summary>A lane for each digest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Compress(ReadOnlySpan<Lane> lanes, int blocks)
    {
        var rounds = TSha.Constants.Length;
        var room = stackalloc byte[LaneState<TWord, TElement>.RoomFor(rounds + StateWords)];
        var data = stackalloc byte*[LaneState<TWord, TElement>.Count];
        var words = LaneState<TWord, TElement>.Align(room);
        var state = words + rounds;
        LaneState<TWord, TElement>.Point(lanes, data);
        LaneState<TWord, TElement>.Load(lanes, state);
        fixed (TElement* constants = TSha.Constants)
        {
            for (nint offset = 0, length = sizeof(TElement) * BlockWords; blocks > 0; blocks--, offset += length)
            {
                Begin(data, offset, words);
                Run(state, words, constants, rounds);
            }
        }

        LaneState<TWord, TElement>.Store(lanes, state);
    }

    /// <summary>The first sixteen words of the schedule of every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Begin(byte** data, nint offset, TWord* words)
    {
        var block = TWords.Arrange(data, offset, words);
        for (nint i = 0; i < BlockWords; i++)
        {
            words[i] = TWords.ReverseBytes(block[i]);
        }
    }

    /// <summary>The next words of the schedule, each from the sixteen before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Extend(TWord* words, int count)
    {
        for (; count > 0; count--, words++)
        {
            *words = Next(words);
        }
    }

    /// <summary>The next word of the schedule, from the sixteen before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TWord Next(TWord* words)
    {
        var sum = TWords.Add(words[-16], words[-7]);
        return TWords.Add(TWords.Add(sum, TSha.LowerSigma0(words[-15])), TSha.LowerSigma1(words[-2]));
    }

    /// <summary>Adds to four words of a state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(TWord* state, TWord a, TWord b, TWord c, TWord d)
    {
        (state[0], state[1]) = (TWords.Add(state[0], a), TWords.Add(state[1], b));
        (state[2], state[3]) = (TWords.Add(state[2], c), TWords.Add(state[3], d));
    }

    /// <summary>All rounds of a block of every lane; the schedule grows as they go.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Run(TWord* state, TWord* words, TElement* constants, int rounds)
    {
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        var (e, f, g, h) = (state[4], state[5], state[6], state[7]);
        var differs = TWords.Xor(b, c, TWords.Of(default));
        for (nint round = 0; round < rounds; round += StateWords, words += StateWords, constants += StateWords)
        {
            if (round >= BlockWords && round % BlockWords == 0)
            {
                Extend(words, BlockWords);
            }

            Step(a, b, c, ref d, e, f, g, ref h, ref differs, TWords.Add(words[0], TWords.Of(constants[0])));
            Step(h, a, b, ref c, d, e, f, ref g, ref differs, TWords.Add(words[1], TWords.Of(constants[1])));
            Step(g, h, a, ref b, c, d, e, ref f, ref differs, TWords.Add(words[2], TWords.Of(constants[2])));
            Step(f, g, h, ref a, b, c, d, ref e, ref differs, TWords.Add(words[3], TWords.Of(constants[3])));
            Step(e, f, g, ref h, a, b, c, ref d, ref differs, TWords.Add(words[4], TWords.Of(constants[4])));
            Step(d, e, f, ref g, h, a, b, ref c, ref differs, TWords.Add(words[5], TWords.Of(constants[5])));
            Step(c, d, e, ref f, g, h, a, ref b, ref differs, TWords.Add(words[6], TWords.Of(constants[6])));
            Step(b, c, d, ref e, f, g, h, ref a, ref differs, TWords.Add(words[7], TWords.Of(constants[7])));
        }

        Add(state, a, b, c, d);
        Add(state + (StateWords / 2), e, f, g, h);
    }

    /// <summary>A round, after which the words have moved on by one: d is the next e, h the next a.</summary>
    /// <remarks>
    /// The next round waits for both. Sums are written so that what is known early is added early, and h is made from d, which takes one operation more
    /// and four instead of five in a row.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Step(TWord a, TWord b, TWord c, ref TWord d, TWord e, TWord f, TWord g, ref TWord h, ref TWord differs, TWord word)
    {
        var next = TWords.Add(TWords.AddSelected(TWords.Add(TWords.Add(h, word), d), e, f, g), TSha.UpperSigma1(e));
        h = TWords.Add(TWords.Add(TWords.Subtract(next, d), TWords.Majority(a, b, c, ref differs)), TSha.UpperSigma0(a));
        d = next;
    }
}
