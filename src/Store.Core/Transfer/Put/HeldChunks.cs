using System.IO.Hashing;
using GlanceStore.Drivers;
using GlanceStore.Resilience;

namespace GlanceStore.Transfer;

/// <summary>Compares what a backend holds with the chunks that were sent there. A failure that passes does not begin it anew where it can go on.</summary>
/// <param name="sent">The chunks.</param>
/// <param name="open">Opens what is held from an offset on; null where it needs no comparison.</param>
/// <param name="openLimit">How long opening may take.</param>
/// <param name="canGoOn">Whether what is opened again is the same as before, at any offset.</param>
internal sealed class HeldChunks(ChunkManifest sent, Func<long, CancellationToken, ValueTask<DriverReader?>> open, TimeSpan openLimit, bool canGoOn)
{
    // A store of many small requests gets enough to keep them under way.
    private const int BufferBytes = 1 << 20;

    // How many chunks were read and are the same.
    private int _same;

    /// <summary>Whether all chunks are the same. A line that breaks often still gets to the end.</summary>
    public async ValueTask<bool> AreSameAsync(StallWatch watch)
    {
        _same = canGoOn ? _same : 0;
        while (true)
        {
            var before = _same;
            try
            {
                return await IsRestSameAsync(watch).ConfigureAwait(false);
            }
            catch (StoreException e) when (canGoOn && e.IsTransient && e.Error != StoreError.Stalled && _same > before)
            {
            }
        }
    }

    private async ValueTask<bool> IsRestSameAsync(StallWatch watch)
    {
        if (_same == sent.Count)
        {
            return true;
        }

        var offset = sent.OffsetOf(_same);
        var reader = await watch.GuardAsync(token => open(offset, token), openLimit).ConfigureAwait(false);
        if (reader is null)
        {
            return true;
        }

        await using (reader.ConfigureAwait(false))
        {
            if (reader.Object.Size != sent.Size)
            {
                return false;
            }

            var buffer = new byte[Math.Min(BufferBytes, sent.LargestChunk)];
            for (; _same < sent.Count; _same++)
            {
                if (await ChecksumAsync(reader, sent[_same].Length, buffer, watch).ConfigureAwait(false) != sent[_same].Checksum)
                {
                    return false;
                }
            }

            return true;
        }
    }

    private static async ValueTask<ulong> ChecksumAsync(DriverReader reader, long length, byte[] buffer, StallWatch watch)
    {
        var hash = new XxHash3();
        while (length > 0)
        {
            var piece = buffer.AsMemory(0, (int)Math.Min(buffer.Length, length));
            var count = await watch.GuardAsync(token => reader.ReadAsync(piece, token)).ConfigureAwait(false);
            if (count == 0)
            {
                break; // shorter than it said: the checksum cannot match
            }

            hash.Append(piece.Span[..count]);
            length -= count;
        }

        return hash.GetCurrentHashAsUInt64();
    }
}
