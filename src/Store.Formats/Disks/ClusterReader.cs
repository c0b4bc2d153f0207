namespace GlanceStore.Formats.Disks;

/// <summary>Fills buffers with bytes of a disk; compressed clusters are inflated side by side while the next ones are read.</summary>
internal sealed class ClusterReader(HostFile file, DiskMap map, int parallelism)
{
    private byte[]? _cluster;
    private long _inCluster = -1;

    /// <summary>Reads a part of the disk that lies within it.</summary>
    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var batch = new ClusterBatch(file, map, parallelism);
        try
        {
            while (!buffer.IsEmpty)
            {
                var range = await map.FindAsync(offset, cancellationToken).ConfigureAwait(false);
                var part = buffer[..(int)Math.Min(range.Length, buffer.Length)];
                await ReadAsync(range, offset, part, batch, cancellationToken).ConfigureAwait(false);
                offset += part.Length;
                buffer = buffer[part.Length..];
            }

            await batch.FetchAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // They write into the caller's buffer, whatever else happened.
            await batch.Inflating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await batch.Inflating.ConfigureAwait(false);
    }

    private async ValueTask ReadAsync(MappedRange range, long offset, Memory<byte> part, ClusterBatch batch, CancellationToken cancellationToken)
    {
        if (range.Kind != DiskExtentKind.Data)
        {
            part.Span.Clear();
        }
        else if (range.IsCompressed && part.Length == map.ClusterBytes)
        {
            await batch.AddAsync(offset, range, part, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            // First what comes first in the file: a stored image is read on, and not back and forth.
            await batch.FetchAsync(cancellationToken).ConfigureAwait(false);
            await (range.IsCompressed ? InflatePartAsync(range, offset, part, cancellationToken) : file.ReadAsync(range.HostOffset, part, cancellationToken)).ConfigureAwait(false);
        }
    }

    // The last cluster that was read in part is kept: the rest of it is what is read next. That of the disk's end may hold no more than the disk.
    private async ValueTask InflatePartAsync(MappedRange range, long offset, Memory<byte> part, CancellationToken cancellationToken)
    {
        var start = offset - range.Skipped;
        if (_inCluster != start)
        {
            using var stored = new PooledBytes(range.HostLength, file);
            await file.ReadAsync(range.HostOffset, stored.Memory, cancellationToken).ConfigureAwait(false);
            _inCluster = -1;
            map.Inflate(start, stored.Segment, Cluster().AsSpan(0, range.Skipped + (int)range.Length));
            _inCluster = start;
        }

        _cluster.AsMemory(range.Skipped, part.Length).CopyTo(part);
    }

    private byte[] Cluster()
    {
        if (_cluster is null)
        {
            _cluster = new byte[map.ClusterBytes];
            file.CountKept(_cluster.Length);
        }

        return _cluster;
    }
}
