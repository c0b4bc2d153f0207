using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;

namespace GlanceStore.Drivers.Rbd.Native;

/// <summary>Memory that the collector does not move: an operation may go on writing into it after whoever began it has gone.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    // As much as a few readers use is kept for the next reads: the rest goes back to the system.
    private const int Smallest = 4096;
    private const long MostKeptBytes = 32 << 20;
    private static readonly ConcurrentDictionary<int, ConcurrentBag<NativeBuffer>> Kept = new();
    private static long _keptBytes;

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
        if (!KeptOf(length).TryTake(out var kept))
        {
            return new NativeBuffer(length);
        }

        Interlocked.Add(ref _keptBytes, -length);
        return kept;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Add(ref _keptBytes, Length) <= MostKeptBytes)
        {
            KeptOf(Length).Add(this);
            return;
        }

        Interlocked.Add(ref _keptBytes, -Length);
        NativeMemory.Free(Pointer);
        Pointer = null;
    }

    private static ConcurrentBag<NativeBuffer> KeptOf(int length) => Kept.GetOrAdd(length, static _ => []);
}
