using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GlanceStore.Digests;

/// <summary>Words of eight digests of 32 bits, or four of 64, in vectors of 256 bits.</summary>
internal unsafe struct Words256<T> : IWords<Vector256<T>, T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Of(T value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Add(Vector256<T> x, Vector256<T> y) => x + y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Subtract(Vector256<T> x, Vector256<T> y) => x - y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> RotateLeft(Vector256<T> x, [ConstantExpected] byte bits)
    {
        if (!Avx512F.VL.IsSupported)
        {
            return (x << bits) | (x >>> ((sizeof(T) * 8) - bits));
        }

        return sizeof(T) == sizeof(uint)
            ? Avx512F.VL.RotateLeft(x.AsUInt32(), bits).As<uint, T>()
            : Avx512F.VL.RotateLeft(x.AsUInt64(), bits).As<ulong, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> ShiftRight(Vector256<T> x, [ConstantExpected] byte bits) => x >>> bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> ReverseBytes(Vector256<T> x) =>
        Avx2.Shuffle(x.AsByte(), Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(ByteOrder.ReverseOf(sizeof(T))))).As<byte, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Xor(Vector256<T> x, Vector256<T> y, Vector256<T> z) => Avx512F.VL.IsSupported
        ? ByTable(x, y, z, 0xF0 ^ 0xCC ^ 0xAA)
        : x ^ y ^ z;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Majority(Vector256<T> x, Vector256<T> y, Vector256<T> z, ref Vector256<T> yz)
    {
        if (Avx512F.VL.IsSupported)
        {
            return ByTable(x, y, z, (0xF0 & 0xCC) | (0xF0 & 0xAA) | (0xCC & 0xAA));
        }

        var xy = x ^ y;
        var majority = (xy & yz) ^ y;
        yz = xy;
        return majority;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> AddSelected(Vector256<T> sum, Vector256<T> mask, Vector256<T> one, Vector256<T> other) =>
        sum + Vector256.ConditionalSelect(mask, one, other);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> XorOrNot(Vector256<T> x, Vector256<T> y, Vector256<T> z) => Avx512F.VL.IsSupported
        ? ByTable(x, y, z, 0xCC ^ (0xF0 | (0xAA ^ 0xFF)))
        : y ^ (x | ~z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T>* Arrange(byte** data, nint offset, Vector256<T>* room)
    {
        if (sizeof(T) == sizeof(uint))
        {
            Transposition<Vector256<byte>, Rows256>.Of4(data, offset, (Vector256<byte>*)room);
        }
        else
        {
            Transposition<Vector256<byte>, Rows256>.Of8(data, offset, (Vector256<byte>*)room);
        }

        return room;
    }

    // Each bit by a table of eight: that of x = 0xF0, y = 0xCC, z = 0xAA.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> ByTable(Vector256<T> x, Vector256<T> y, Vector256<T> z, [ConstantExpected] byte table) =>
        Avx512F.VL.TernaryLogic(x.AsUInt32(), y.AsUInt32(), z.AsUInt32(), table).As<uint, T>();
}

/// <summary>Two rows in a vector of 256 bits.</summary>
internal unsafe struct Rows256 : IRows<Vector256<byte>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(byte** data, nint step, nint offset) => 
        Vector256.Create(Vector128.Load(data[0] + offset), Vector128.Load(data[step] + offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Low4(Vector256<byte> x, Vector256<byte> y) => Avx2.UnpackLow(x.AsUInt32(), y.AsUInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Low8(Vector256<byte> x, Vector256<byte> y) => Avx2.UnpackLow(x.AsUInt64(), y.AsUInt64()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> High4(Vector256<byte> x, Vector256<byte> y) => Avx2.UnpackHigh(x.AsUInt32(), y.AsUInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> High8(Vector256<byte> x, Vector256<byte> y) => Avx2.UnpackHigh(x.AsUInt64(), y.AsUInt64()).AsByte();
}
