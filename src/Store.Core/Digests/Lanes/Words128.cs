using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace GlanceStore.Digests;

/// <summary>Words of four digests of 32 bits, or two of 64, in vectors of 128 bits.</summary>
internal unsafe struct Words128<T> : IWords<Vector128<T>, T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Of(T value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Add(Vector128<T> x, Vector128<T> y) => x + y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Subtract(Vector128<T> x, Vector128<T> y) => x - y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> RotateLeft(Vector128<T> x, [ConstantExpected] byte bits)
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
    public static Vector128<T> ShiftRight(Vector128<T> x, [ConstantExpected] byte bits) => x >>> bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> ReverseBytes(Vector128<T> x) =>
        Vector128.Shuffle(x.AsByte(), Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(ByteOrder.ReverseOf(sizeof(T))))).As<byte, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Xor(Vector128<T> x, Vector128<T> y, Vector128<T> z) => Avx512F.VL.IsSupported
        ? ByTable(x, y, z, 0xF0 ^ 0xCC ^ 0xAA)
        : x ^ y ^ z;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Majority(Vector128<T> x, Vector128<T> y, Vector128<T> z, ref Vector128<T> yz)
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
    public static Vector128<T> AddSelected(Vector128<T> sum, Vector128<T> mask, Vector128<T> one, Vector128<T> other) =>
        sum + Vector128.ConditionalSelect(mask, one, other);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> XorOrNot(Vector128<T> x, Vector128<T> y, Vector128<T> z) => Avx512F.VL.IsSupported
        ? ByTable(x, y, z, 0xCC ^ (0xF0 | (0xAA ^ 0xFF)))
        : y ^ (x | ~z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T>* Arrange(byte** data, nint offset, Vector128<T>* room)
    {
        if (sizeof(T) == sizeof(uint))
        {
            Transposition<Vector128<byte>, Rows128>.Of4(data, offset, (Vector128<byte>*)room);
        }
        else
        {
            Transposition<Vector128<byte>, Rows128>.Of8(data, offset, (Vector128<byte>*)room);
        }

        return room;
    }

    // Each bit by a table of eight: that of x = 0xF0, y = 0xCC, z = 0xAA.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> ByTable(Vector128<T> x, Vector128<T> y, Vector128<T> z, [ConstantExpected] byte table) =>
        Avx512F.VL.TernaryLogic(x.AsUInt32(), y.AsUInt32(), z.AsUInt32(), table).As<uint, T>();
}

/// <summary>Rows, each of which is a vector of 128 bits.</summary>
internal unsafe struct Rows128 : IRows<Vector128<byte>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Load(byte** data, nint step, nint offset) => Vector128.Load(data[0] + offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Low4(Vector128<byte> x, Vector128<byte> y) => AdvSimd.Arm64.IsSupported
        ? AdvSimd.Arm64.ZipLow(x.AsUInt32(), y.AsUInt32()).AsByte()
        : Sse2.UnpackLow(x.AsUInt32(), y.AsUInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Low8(Vector128<byte> x, Vector128<byte> y) => AdvSimd.Arm64.IsSupported
        ? AdvSimd.Arm64.ZipLow(x.AsUInt64(), y.AsUInt64()).AsByte()
        : Sse2.UnpackLow(x.AsUInt64(), y.AsUInt64()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> High4(Vector128<byte> x, Vector128<byte> y) => AdvSimd.Arm64.IsSupported
        ? AdvSimd.Arm64.ZipHigh(x.AsUInt32(), y.AsUInt32()).AsByte()
        : Sse2.UnpackHigh(x.AsUInt32(), y.AsUInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> High8(Vector128<byte> x, Vector128<byte> y) => AdvSimd.Arm64.IsSupported
        ? AdvSimd.Arm64.ZipHigh(x.AsUInt64(), y.AsUInt64()).AsByte()
        : Sse2.UnpackHigh(x.AsUInt64(), y.AsUInt64()).AsByte();
}
