using System.Diagnostics.CodeAnalysis;

namespace GlanceStore.Digests;

/// <summary>
/// Words of one digest, or of several side by side: what a digest is written in, once, for a single stream and for every width of vectors.
/// Element i of a word belongs to lane i.
/// </summary>
/// <typeparam name="TWord">One word of every lane.</typeparam>
/// <typeparam name="TElement">A lane's word: <see cref="uint"/> or <see cref="ulong"/>.</typeparam>
internal unsafe interface IWords<TWord, TElement>
    where TWord : unmanaged
    where TElement : unmanaged
{
    /// <summary>The same in every lane.</summary>
    static abstract TWord Of(TElement value);

    static abstract TWord Add(TWord x, TWord y);

    static abstract TWord Subtract(TWord x, TWord y);

    static abstract TWord RotateLeft(TWord x, [ConstantExpected] byte bits);

    static abstract TWord ShiftRight(TWord x, [ConstantExpected] byte bits);

    static abstract TWord ReverseBytes(TWord x);

    static abstract TWord Xor(TWord x, TWord y, TWord z);

    /// <summary>What two of the three say, for every bit; <paramref name="yz"/> is y ^ z and becomes x ^ y, which the next round of SHA-2 wants.</summary>
    static abstract TWord Majority(TWord x, TWord y, TWord z, ref TWord yz);

    /// <summary>Adds <paramref name="one"/> in the bits of the mask and <paramref name="other"/> in the others.</summary>
    static abstract TWord AddSelected(TWord sum, TWord mask, TWord one, TWord other);

    /// <summary>MD5's fourth function: y ^ (x | ~z).</summary>
    static abstract TWord XorOrNot(TWord x, TWord y, TWord z);

    /// <summary>
    /// The block of every lane as sixteen words, the first of which holds the first of every lane; in <paramref name="room"/>, or where they
    /// lie.
    /// </summary>
    static abstract TWord* Arrange(byte** data, nint offset, TWord* room);
}
