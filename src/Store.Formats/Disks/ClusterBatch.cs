namespace GlanceStore.Formats.Disks;

/// <summary>
/// Compressed clusters that lie close together in the file: one read fetches all of them, and they are inflated side by side while the next ones
/// are looked for and fetched.
/// </summary>
internal sealed class ClusterBatch(HostFile file, DiskMap map, int parallelism)
{
    // Of a longer read no cluster comes faster, and two of these are in memory at once.
    private const int MostBytes = 1 << 20;

    // To read over a gap costs less than a request for what follows it.
    private const int LargestGap = 64 << 10;

    private List<Cluster> _clusters = [];
    private long _start;
    private long _end;

    /// <summary>What is being inflated.</summary>
    public Task Inflating { get; private set; } = Task.CompletedTask;

    /// <summary>Adds a whole cluster, and fetches those before where it is not one of them.</summary>
    public async ValueTask AddAsync(long offset, MappedRange range, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var end = range.HostOffset + range.HostLength;
        if (range.HostOffset < _start || range.HostOffset > _end + LargestGap || end > _start + MostBytes)
        {
            await FetchAsync(cancellationToken).ConfigureAwait(false);
        }

        if (_clusters.Count == 0)
        {
            (_start, _end) = (range.HostOffset, end);
        }

        _end = Math.Max(_end, end);
        _clusters.Add(new Cluster(offset, range.HostOffset, range.HostLength, destination));
    }

    /// <summary>Fetches what was added, and begins to inflate it as soon as what was fetched before is.</summary>
    public async ValueTask FetchAsync(CancellationToken cancellationToken)
    {
        if (_clusters.Count == 0)
        {
            return;
        }

        var clusters = _clusters;
        _clusters = [];
        var stored = new PooledBytes((int)(_end - _start), file);
        try
        {
            await file.ReadAsync(_start, stored.Memory, cancellationToken).ConfigureAwait(false);
            await Inflating.ConfigureAwait(false);
        }
        catch
        {
            stored.Dispose();
            throw;
        }

        Inflating = InflateAsync(clusters, stored, _start);
    }

    private async Task InflateAsync(List<Cluster> clusters, PooledBytes stored, long start)
    {
        using (stored)
        {
            await Parallel.ForAsync(0, clusters.Count, new ParallelOptions { MaxDegreeOfParallelism = parallelism }, (i, _) =>
            {
                var cluster = clusters[i];
                map.Inflate(cluster.Offset, stored.Segment.Slice((int)(cluster.HostOffset - start), cluster.HostLength), cluster.Destination.Span);
                return ValueTask.CompletedTask;
            }).ConfigureAwait(false);
        }
    }

    private readonly record struct Cluster(long Offset, long HostOffset, int HostLength, Memory<byte> Destination);
}
