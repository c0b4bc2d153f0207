namespace GlanceStore.Drivers.File;

internal sealed partial class FileWriter
{
    // A piece of what is read back to compare.
    private const int CompareBytes = 256 << 10;

    // Compared byte by byte: nothing else tells that they had reached the disk when the machine stopped.
    public override async ValueTask<bool> TryKeepChunkAsync(Chunk chunk, CancellationToken cancellationToken)
    {
        var held = new byte[Math.Min(chunk.Length, CompareBytes)];
        for (var start = 0; start < chunk.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var piece = held.AsMemory(0, Math.Min(held.Length, chunk.Length - start));
            var count = await ReadBackAsync(piece, chunk.Offset + start, cancellationToken).ConfigureAwait(false);
            if (count == 0 || !chunk.Bytes.Span.Slice(start, count).SequenceEqual(piece.Span[..count]))
            {
                return false;
            }

            start += count;
        }

        Extend(chunk.Offset + chunk.Length);
        return true;
    }

    private async ValueTask<int> ReadBackAsync(Memory<byte> piece, long offset, CancellationToken cancellationToken)
    {
        try
        {
            return await RandomAccess.ReadAsync(part.Handle, piece, offset, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (FileErrors.From(e, $"read back {_target}") is { } error)
        {
            throw error;
        }
    }
}
