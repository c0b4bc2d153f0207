using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace GlanceStore.Digests;

/// <summary>Words of 32 bits of one digest.</summary>
internal unsafe struct Words32 : IWords<uint, uint>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Of(uint value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Add(uint x, uint y) => x + y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Subtract(uint x, uint y) => x - y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint RotateLeft(uint x, [ConstantExpected] byte bits) => BitOperations.RotateLeft(x, bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ShiftRight(uint x, [ConstantExpected] byte bits) => x >> bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ReverseBytes(uint x) => BinaryPrimitives.ReverseEndianness(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Xor(uint x, uint y, uint z) => x ^ y ^ z;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Majority(uint x, uint y, uint z, ref uint yz)
    {
        var xy = x ^ y;
        var majority = (xy & yz) ^ y;
        yz = xy;
        return majority;
    }

    // No bit is in both, so the later of the two comes in by one addition.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint AddSelected(uint sum, uint mask, uint one, uint other) => sum + (other & ~mask) + (one & mask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint XorOrNot(uint x, uint y, uint z) => y ^ (x | ~z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint* Arrange(byte** data, nint offset, uint* room) => (uint*)(data[0] + offset);
}

/// <summary>Words of 64 bits of one digest.</summary>
internal unsafe struct Words64 : IWords<ulong, ulong>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ulong value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Add(ulong x, ulong y) => x + y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Subtract(ulong x, ulong y) => x - y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong RotateLeft(ulong x, [ConstantExpected] byte bits) => BitOperations.RotateLeft(x, bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ShiftRight(ulong x, [ConstantExpected] byte bits) => x >> bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ReverseBytes(ulong x) => BinaryPrimitives.ReverseEndianness(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Xor(ulong x, ulong y, ulong z) => x ^ y ^ z;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Majority(ulong x, ulong y, ulong z, ref ulong yz)
    {
        var xy = x ^ y;
        var majority = (xy & yz) ^ y;
        yz = xy;
        return majority;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong AddSelected(ulong sum, ulong mask, ulong one, ulong other) => sum + (other & ~mask) + (one & mask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong XorOrNot(ulong x, ulong y, ulong z) => y ^ (x | ~z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong* Arrange(byte** data, nint offset, ulong* room) => (ulong*)(data[0] + offset);
}
