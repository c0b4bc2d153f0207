using System.Buffers;

namespace GlanceStore.Formats.Disks;

/// <summary>Fills buffers with bytes of a disk; compressed clusters are inflated side by side while the next ones are read.</summary>
internal sealed class ClusterReader(HostFile file, DiskMap map, int parallelism)
{
    private byte[]? _cluster;
    private long _inCluster = -1;

    /// <summary>Reads a part of the disk that lies within it.</summary>
    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var inflating = new Queue<Task>();
        try
        {
            while (!buffer.IsEmpty)
            {
                var range = await map.FindAsync(offset, cancellationToken).ConfigureAwait(false);
                var part = buffer[..(int)Math.Min(range.Length, buffer.Length)];
                await ReadAsync(range, part, inflating, cancellationToken).ConfigureAwait(false);
                offset += part.Length;
                buffer = buffer[part.Length..];
            }
        }
        finally
        {
            // They write into the caller's buffer, whatever else happened.
            await Task.WhenAll(inflating).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(inflating).ConfigureAwait(false);
    }

    private async ValueTask ReadAsync(MappedRange range, Memory<byte> part, Queue<Task> inflating, CancellationToken cancellationToken)
    {
        if (range.Kind != DiskExtentKind.Data)
        {
            part.Span.Clear();
        }
        else if (!range.IsCompressed)
        {
            await file.ReadAsync(range.HostOffset, part, cancellationToken).ConfigureAwait(false);
        }
        else if (part.Length == map.ClusterBytes)
        {
            await InflateAsideAsync(range, part, inflating, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await InflatePartAsync(range, part, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask InflateAsideAsync(MappedRange range, Memory<byte> cluster, Queue<Task> inflating, CancellationToken cancellationToken)
    {
        if (inflating.Count >= parallelism)
        {
            await inflating.Dequeue().ConfigureAwait(false);
        }

        var compressed = await FetchAsync(range, cancellationToken).ConfigureAwait(false);
        inflating.Enqueue(Task.Run(
            () =>
            {
                try
                {
                    map.Inflate(compressed, range.HostLength, cluster.Span);
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(compressed);
                }
            }, CancellationToken.None));
    }

    // The last cluster that was read in part is kept: the rest of it is what is read next. That of the disk's end may hold no more than the disk.
    private async ValueTask InflatePartAsync(MappedRange range, Memory<byte> part, CancellationToken cancellationToken)
    {
        if (_inCluster != range.HostOffset)
        {
            var compressed = await FetchAsync(range, cancellationToken).ConfigureAwait(false);
            try
            {
                _inCluster = -1;
                _cluster ??= new byte[map.ClusterBytes];
                map.Inflate(compressed, range.HostLength, _cluster.AsSpan(0, range.Skipped + (int)range.Length));
                _inCluster = range.HostOffset;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(compressed);
            }
        }

        _cluster.AsMemory(range.Skipped, part.Length).CopyTo(part);
    }

    private async ValueTask<byte[]> FetchAsync(MappedRange range, CancellationToken cancellationToken)
    {
        var compressed = ArrayPool<byte>.Shared.Rent(range.HostLength);
        try
        {
            await file.ReadAsync(range.HostOffset, compressed.AsMemory(0, range.HostLength), cancellationToken).ConfigureAwait(false);
            return compressed;
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(compressed);
            throw;
        }
    }
}
