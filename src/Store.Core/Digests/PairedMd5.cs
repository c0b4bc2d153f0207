using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace GlanceStore.Digests;

/// <summary>
/// The MD5 (RFC 1321) of an image and of each of its chunks, in one pass. Every step of MD5 waits for the one before, so a processor works
/// at two of them in the time of one: the record's digest costs next to nothing where the backend checks the MD5 of each chunk anyway.
/// </summary>
internal sealed partial class PairedMd5 : IRunningHash
{
    /// <summary>Every chunk but the last is a multiple of this long, in bytes: the blocks of both digests are the same then.</summary>
    public const int BlockBytes = 64;

    private static readonly uint[] Start = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];

    private readonly uint[] _image = [.. Start];
    private readonly uint[] _chunk = [.. Start];
    private readonly byte[] _rest = new byte[BlockBytes];
    private int _restBytes;
    private long _imageBytes;
    private long _chunkBytes;

    /// <summary>Whether this processor can: words are read as they lie in memory.</summary>
    public static bool IsSupported => BitConverter.IsLittleEndian;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_restBytes > 0)
        {
            throw new InvalidOperationException($"Nothing can follow bytes that were no multiple of {BlockBytes}.");
        }

        var blocks = bytes[..^(bytes.Length % BlockBytes)];
        Digest(_image, _chunk, blocks);
        bytes[blocks.Length..].CopyTo(_rest);
        _restBytes = bytes.Length - blocks.Length;
        _imageBytes += bytes.Length;
        _chunkBytes += bytes.Length;
    }

    public byte[] EndChunk()
    {
        var digest = End(_chunk, _chunkBytes);
        Start.CopyTo(_chunk, 0);
        _chunkBytes = 0;
        return digest;
    }

    public byte[] End() => End(_image, _imageBytes);

    public void Dispose()
    {
    }

    // Sections 3.1 to 3.3 and 3.5: a single bit, zeros, and the length in bits fill up the last block.
    private byte[] End(uint[] state, long length)
    {
        var padded = new byte[_restBytes + 1 + sizeof(ulong) <= BlockBytes ? BlockBytes : 2 * BlockBytes];
        _rest.AsSpan(0, _restBytes).CopyTo(padded);
        padded[_restBytes] = 0x80;
        BinaryPrimitives.WriteInt64LittleEndian(padded.AsSpan(padded.Length - sizeof(ulong)), length * 8);
        uint[] ended = [.. state];
        Digest(ended, new uint[Start.Length], padded);
        return MemoryMarshal.AsBytes<uint>(ended).ToArray();
    }
}
