using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GlanceStore.Digests;

/// <summary>Words of sixteen digests of 32 bits, or eight of 64, in vectors of 512 bits.</summary>
internal unsafe struct Words512<T> : IWords<Vector512<T>, T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Of(T value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Add(Vector512<T> x, Vector512<T> y) => x + y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Subtract(Vector512<T> x, Vector512<T> y) => x - y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> RotateLeft(Vector512<T> x, [ConstantExpected] byte bits)
    {
        return sizeof(T) == sizeof(uint)
            ? Avx512F.RotateLeft(x.AsUInt32(), bits).As<uint, T>()
            : Avx512F.RotateLeft(x.AsUInt64(), bits).As<ulong, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> ShiftRight(Vector512<T> x, [ConstantExpected] byte bits) => x >>> bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> ReverseBytes(Vector512<T> x) =>
        Avx512BW.Shuffle(x.AsByte(), Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(ByteOrder.ReverseOf(sizeof(T))))).As<byte, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Xor(Vector512<T> x, Vector512<T> y, Vector512<T> z) => ByTable(x, y, z, 0xF0 ^ 0xCC ^ 0xAA);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Majority(Vector512<T> x, Vector512<T> y, Vector512<T> z, ref Vector512<T> yz) =>
        ByTable(x, y, z, (0xF0 & 0xCC) | (0xF0 & 0xAA) | (0xCC & 0xAA));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> AddSelected(Vector512<T> sum, Vector512<T> mask, Vector512<T> one, Vector512<T> other) =>
        sum + Vector512.ConditionalSelect(mask, one, other);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> XorOrNot(Vector512<T> x, Vector512<T> y, Vector512<T> z) => ByTable(x, y, z, 0xCC ^ (0xF0 | (0xAA ^ 0xFF)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T>* Arrange(byte** data, nint offset, Vector512<T>* room)
    {
        if (sizeof(T) == sizeof(uint))
        {
            Transposition<Vector512<byte>, Rows512>.Of4(data, offset, (Vector512<byte>*)room);
        }
        else
        {
            Transposition<Vector512<byte>, Rows512>.Of8(data, offset, (Vector512<byte>*)room);
        }

        return room;
    }

    // Each bit by a table of eight: that of x = 0xF0, y = 0xCC, z = 0xAA.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> ByTable(Vector512<T> x, Vector512<T> y, Vector512<T> z, [ConstantExpected] byte table) =>
        Avx512F.TernaryLogic(x.AsUInt32(), y.AsUInt32(), z.AsUInt32(), table).As<uint, T>();
}

/// <summary>Four rows in a vector of 512 bits.</summary>
internal unsafe struct Rows512 : IRows<Vector512<byte>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Load(byte** data, nint step, nint offset) => Vector512.Create(
        Vector256.Create(Vector128.Load(data[0] + offset), Vector128.Load(data[step] + offset)),
        Vector256.Create(Vector128.Load(data[2 * step] + offset), Vector128.Load(data[3 * step] + offset)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Low4(Vector512<byte> x, Vector512<byte> y) => Avx512F.UnpackLow(x.AsUInt32(), y.AsUInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Low8(Vector512<byte> x, Vector512<byte> y) => Avx512F.UnpackLow(x.AsUInt64(), y.AsUInt64()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> High4(Vector512<byte> x, Vector512<byte> y) => Avx512F.UnpackHigh(x.AsUInt32(), y.AsUInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> High8(Vector512<byte> x, Vector512<byte> y) => Avx512F.UnpackHigh(x.AsUInt64(), y.AsUInt64()).AsByte();
}
