using System.Runtime.CompilerServices;

namespace GlanceStore.Digests;

/// <summary>Vectors as rows of 16 bytes, each of another lane: what a block is turned round with.</summary>
internal unsafe interface IRows<TRow>
    where TRow : unmanaged
{
    /// <summary>16 bytes of the first lane, and of each that stands so many further on.</summary>
    static abstract TRow Load(byte** data, nint step, nint offset);

    /// <summary>In each row the first half of both, four bytes of the one after four of the other.</summary>
    static abstract TRow Low4(TRow x, TRow y);

    /// <summary>In each row the second half of both, four bytes of the one after four of the other.</summary>
    static abstract TRow High4(TRow x, TRow y);

    /// <summary>In each row the first half of both.</summary>
    static abstract TRow Low8(TRow x, TRow y);

    /// <summary>In each row the second half of both.</summary>
    static abstract TRow High8(TRow x, TRow y);
}

/// <summary>Turns a block of each lane into words of all lanes.</summary>
/// <remarks>
/// A row of lane l stands beside those of the lanes that are four on (two on, where words have eight bytes), so everything happens within
/// rows, and lanes come out in their order.
/// </remarks>
internal static unsafe class Transposition<TRow, TRows>
    where TRow : unmanaged
    where TRows : IRows<TRow>
{
    private const int RowBytes = 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Of4(byte** data, nint offset, TRow* room)
    {
        for (var end = room + 16; room < end; room += 4, offset += RowBytes)
        {
            var (a, b) = (TRows.Load(data, 4, offset), TRows.Load(data + 1, 4, offset));
            var (c, d) = (TRows.Load(data + 2, 4, offset), TRows.Load(data + 3, 4, offset));
            var (ab, cd) = (TRows.Low4(a, b), TRows.Low4(c, d));
            room[0] = TRows.Low8(ab, cd);
            room[1] = TRows.High8(ab, cd);
            (ab, cd) = (TRows.High4(a, b), TRows.High4(c, d));
            room[2] = TRows.Low8(ab, cd);
            room[3] = TRows.High8(ab, cd);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Of8(byte** data, nint offset, TRow* room)
    {
        for (var end = room + 16; room < end; room += 2, offset += RowBytes)
        {
            var (a, b) = (TRows.Load(data, 2, offset), TRows.Load(data + 1, 2, offset));
            room[0] = TRows.Low8(a, b);
            room[1] = TRows.High8(a, b);
        }
    }
}
