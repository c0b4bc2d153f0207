namespace GlanceStore.Digests;

/// <summary>How far a digest has come that is computed here: its words, and what is there of the next block.</summary>
internal sealed unsafe class BlockState(BlockHash hash) : HashState
{
    private readonly byte[] _rest = new byte[hash.BlockBytes];
    private int _restBytes;
    private long _length;

    /// <summary>The words, which lanes read and write.</summary>
    public byte[] Words { get; } = hash.Start();

    public override void Append(ReadOnlySpan<byte> bytes)
    {
        var left = bytes[Fill(bytes)..];
        var blocks = left.Length / hash.BlockBytes;
        fixed (byte* data = left)
        {
            if (blocks > 0)
            {
                hash.Widths[0].Compress([new Lane(Words, data)], blocks);
                Count(blocks);
            }
        }

        Keep(left[(blocks * hash.BlockBytes)..]);
    }

    /// <summary>Fills up a block that was begun.</summary>
    /// <returns>How many bytes it took.</returns>
    public int Fill(ReadOnlySpan<byte> bytes)
    {
        if (_restBytes == 0)
        {
            return 0;
        }

        var taken = Math.Min(bytes.Length, _rest.Length - _restBytes);
        bytes[..taken].CopyTo(_rest.AsSpan(_restBytes));
        _restBytes += taken;
        _length += taken;
        if (_restBytes == _rest.Length)
        {
            Compress(_rest);
            _restBytes = 0;
        }

        return taken;
    }

    /// <summary>Whole blocks have been taken in a lane.</summary>
    public void Count(int blocks) => _length += (long)blocks * hash.BlockBytes;

    /// <summary>Keeps what is less than a block, with none begun.</summary>
    public void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0)
        {
            bytes.CopyTo(_rest);
            _restBytes = bytes.Length;
            _length += bytes.Length;
        }
    }

    public override byte[] End()
    {
        Compress(hash.Pad(_rest.AsSpan(0, _restBytes), _length));
        return hash.Written(Words);
    }

    public override void Dispose()
    {
    }

    private void Compress(byte[] blocks)
    {
        fixed (byte* data = blocks)
        {
            hash.Widths[0].Compress([new Lane(Words, data)], blocks.Length / hash.BlockBytes);
        }
    }
}
