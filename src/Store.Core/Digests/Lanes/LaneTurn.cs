using System.Buffers;

namespace GlanceStore.Digests;

/// <summary>Several digests of one kind take blocks in lockstep: as many as each of them has, and as fit into a turn.</summary>
internal sealed unsafe class LaneTurn(BlockHash hash, int most) : IDisposable
{
    private readonly RunningDigest[] _digests = new RunningDigest[most];
    private readonly MemoryHandle[] _pins = new MemoryHandle[most];
    private readonly Lane[] _lanes = new Lane[most];
    private int _count;

    public void Take(ReadOnlySpan<RunningDigest> digests, int bytesAlone)
    {
        var blocks = int.MaxValue;
        foreach (var digest in digests)
        {
            blocks = Math.Min(blocks, Join(digest));
        }

        if (_count > 0)
        {
            var width = hash.WidthFor(_count);
            blocks = Math.Clamp((int)(bytesAlone / width.Cost) / hash.BlockBytes, 1, blocks);
            width.Compress(_lanes.AsSpan(0, _count), blocks);
        }

        for (var i = 0; i < _count; i++)
        {
            _digests[i].Blocks!.Count(blocks);
            _digests[i].Advance(blocks * hash.BlockBytes);
            KeepRest(_digests[i]);
        }
    }

    public void Dispose()
    {
        foreach (ref var pin in _pins.AsSpan(0, _count))
        {
            pin.Dispose();
        }
    }

    // Less than a block takes no lane.
    private int Join(RunningDigest digest)
    {
        digest.Advance(digest.Blocks!.Fill(digest.Left.Span));
        var blocks = digest.Left.Length / hash.BlockBytes;
        if (blocks == 0)
        {
            KeepRest(digest);
            return int.MaxValue;
        }

        _digests[_count] = digest;
        _pins[_count] = digest.Left.Pin();
        _lanes[_count] = new Lane(digest.Blocks.Words, (byte*)_pins[_count].Pointer);
        _count++;
        return blocks;
    }

    private void KeepRest(RunningDigest digest)
    {
        if (digest.Left.Length < hash.BlockBytes)
        {
            digest.Blocks!.Keep(digest.Left.Span);
            digest.Advance(digest.Left.Length);
        }
    }
}
