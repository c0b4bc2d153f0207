using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;

namespace GlanceStore.Drivers.Rbd.Native;

/// <summary>Memory that the collector does not move: an operation may go on writing into it after whoever began it has gone.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    // A few large ones are kept for the next reads: the rest goes back to the system.
    private const int Smallest = 4096;
    private const int MostKept = 4;
    private static readonly ConcurrentDictionary<int, ConcurrentBag<NativeBuffer>> Kept = new();

    private NativeBuffer(int length)
    {
        Length = length;
        Pointer = (byte*)NativeMemory.Alloc((nuint)length);
    }

    /// <summary>Its first byte.</summary>
    public byte* Pointer { get; private set; }

    /// <summary>Its length in bytes, at least what was asked for.</summary>
    public int Length { get; }

    /// <summary>Its bytes.</summary>
    public Span<byte> Span => new(Pointer, Length);

    /// <summary>A buffer of at least so many bytes, of whoever disposed it last.</summary>
    public static NativeBuffer Rent(int bytes)
    {
        var length = (int)Math.Max(Smallest, BitOperations.RoundUpToPowerOf2((uint)bytes));
        return KeptOf(length).TryTake(out var kept) ? kept : new NativeBuffer(length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var kept = KeptOf(Length);
        if (kept.Count < MostKept)
        {
            kept.Add(this);
            return;
        }

        NativeMemory.Free(Pointer);
        Pointer = null;
    }

    private static ConcurrentBag<NativeBuffer> KeptOf(int length) => Kept.GetOrAdd(length, static _ => []);
}
