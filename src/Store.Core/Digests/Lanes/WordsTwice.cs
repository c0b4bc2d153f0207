using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace GlanceStore.Digests;

/// <summary>Two vectors, the second of which has the lanes behind those of the first.</summary>
internal struct Twice<TWord>(TWord first, TWord second)
    where TWord : unmanaged
{
    public TWord First = first;
    public TWord Second = second;
}

/// <summary>
/// Words in two vectors each. Where a vector's operations take longer than one step of the processor, two in turn fill the time in which one alone
/// waits for itself.
/// </summary>
internal unsafe struct WordsTwice<TWord, TWords, TElement> : IWords<Twice<TWord>, TElement>
    where TWord : unmanaged
    where TWords : IWords<TWord, TElement>
    where TElement : unmanaged
{
    private const int BlockWords = 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Twice<TWord> Of(TElement value) => new(TWords.Of(value), TWords.Of(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Twice<TWord> Add(Twice<TWord> x, Twice<TWord> y) => new(TWords.Add(x.First, y.First), TWords.Add(x.Second, y.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Twice<TWord> Subtract(Twice<TWord> x, Twice<TWord> y) =>
        new(TWords.Subtract(x.First, y.First), TWords.Subtract(x.Second, y.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Twice<TWord> RotateLeft(Twice<TWord> x, [ConstantExpected] byte bits) =>
        new(TWords.RotateLeft(x.First, bits), TWords.RotateLeft(x.Second, bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Twice<TWord> ShiftRight(Twice<TWord> x, [ConstantExpected] byte bits) =>
        new(TWords.ShiftRight(x.First, bits), TWords.ShiftRight(x.Second, bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Twice<TWord> ReverseBytes(Twice<TWord> x) => new(TWords.ReverseBytes(x.First), TWords.ReverseBytes(x.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Twice<TWord> Xor(Twice<TWord> x, Twice<TWord> y, Twice<TWord> z) =>
        new(TWords.Xor(x.First, y.First, z.First), TWords.Xor(x.Second, y.Second, z.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Twice<TWord> Majority(Twice<TWord> x, Twice<TWord> y, Twice<TWord> z, ref Twice<TWord> yz) =>
        new(TWords.Majority(x.First, y.First, z.First, ref yz.First), TWords.Majority(x.Second, y.Second, z.Second, ref yz.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Twice<TWord> AddSelected(Twice<TWord> sum, Twice<TWord> mask, Twice<TWord> one, Twice<TWord> other) =>
        new(TWords.AddSelected(sum.First, mask.First, one.First, other.First), TWords.AddSelected(sum.Second, mask.Second, one.Second, other.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Twice<TWord> XorOrNot(Twice<TWord> x, Twice<TWord> y, Twice<TWord> z) =>
        new(TWords.XorOrNot(x.First, y.First, z.First), TWords.XorOrNot(x.Second, y.Second, z.Second));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Twice<TWord>* Arrange(byte** data, nint offset, Twice<TWord>* room)
    {
        var lanes = sizeof(TWord) / sizeof(TElement);
        var words = stackalloc byte[LaneState<TWord, TElement>.RoomFor(2 * BlockWords)];
        var first = LaneState<TWord, TElement>.Align(words);
        var second = TWords.Arrange(data + lanes, offset, first + BlockWords);
        first = TWords.Arrange(data, offset, first);
        for (nint i = 0; i < BlockWords; i++)
        {
            room[i] = new Twice<TWord>(first[i], second[i]);
        }

        return room;
    }
}
