using System.Buffers.Binary;

namespace GlanceStore.Conformance;

/// <summary>Random bytes that a seed decides: the same at the same offset whoever asks, so that an image of any size needs no memory.</summary>
/// <param name="seed">The seed.</param>
public sealed class SyntheticContent(int seed)
{
    private const int WordBytes = sizeof(ulong);

    /// <summary>Fills a buffer with the bytes from <paramref name="offset"/> on.</summary>
    public void Fill(long offset, Span<byte> destination)
    {
        Span<byte> word = stackalloc byte[WordBytes];
        while (destination.Length > 0)
        {
            var (index, skip) = Math.DivRem(offset, WordBytes);
            BinaryPrimitives.WriteUInt64LittleEndian(word, WordAt(index));
            var count = Math.Min(WordBytes - (int)skip, destination.Length);
            word.Slice((int)skip, count).CopyTo(destination);
            destination = destination[count..];
            offset += count;
        }
    }

    /// <summary>The first <paramref name="length"/> bytes.</summary>
    public byte[] Bytes(long length)
    {
        var bytes = new byte[length];
        Fill(0, bytes);
        return bytes;
    }

    // SplitMix64: good enough to look random, and any word can be had without those before it.
    private ulong WordAt(long index)
    {
        var z = ((ulong)seed << 32) + ((ulong)index * 0x9E3779B97F4A7C15UL) + 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
