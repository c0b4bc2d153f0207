using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

/// <summary>An open image or a range of it. Holes are not asked for; after every other read the image is known to be still there.</summary>
internal sealed class RbdReader(RbdSnapshots snapshots, RbdSnapshotLease lease, string pool, StoredObject stored, ByteRange? range) : DriverReader
{
    // What one call reads at most: it is held twice, here and in the caller's buffer.
    private const int MostBytesAtOnce = 8 << 20;

    private readonly RbdSnapshot _snapshot = lease.Snapshot;
    private long _offset = range?.Offset ?? 0;
    private long _left = range?.Length ?? stored.Size;

    public override StoredObject Object { get; } = stored;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_left == 0)
        {
            return 0;
        }

        var most = (int)Math.Min(Math.Min(buffer.Length, MostBytesAtOnce), _left);
        var extents = await snapshots.AskAsync(Object.Location, _snapshot.Session, _snapshot.ExtentsAsync(), cancellationToken).ConfigureAwait(false);
        if (extents is null)
        {
            throw await GoneAsync(Object.Location, cancellationToken).ConfigureAwait(false);
        }

        var (count, isHole) = Next(extents, _offset, most);
        if (isHole)
        {
            buffer.Span[..count].Clear();
        }
        else
        {
            await ReadDataAsync(buffer[..count], cancellationToken).ConfigureAwait(false);
        }

        _offset += count;
        _left -= count;
        return count;
    }

    public override ValueTask DisposeAsync()
    {
        lease.Dispose();
        return ValueTask.CompletedTask;
    }

    // How far the data or the hole at an offset goes.
    private static (int Count, bool IsHole) Next(IReadOnlyList<RbdExtent> extents, long offset, int most)
    {
        var (low, high) = (0, extents.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = extents[middle].End <= offset ? (middle + 1, high) : (low, middle);
        }

        return low == extents.Count
            ? (most, true)
            : extents[low].Offset > offset
                ? ((int)Math.Min(most, extents[low].Offset - offset), true)
                : ((int)Math.Min(most, extents[low].End - offset), false);
    }

    private async Task ReadDataAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        var location = Object.Location;
        var reading = ReadAsync(_offset, destination.Length);
        using var piece = await reading.OrAbandonAsync(static late => late.Dispose(), cancellationToken).ConfigureAwait(false);
        if (!await snapshots.AskAsync(location, _snapshot.Session, _snapshot.IsThereAsync(), cancellationToken).ConfigureAwait(false))
        {
            throw await GoneAsync(location, cancellationToken).ConfigureAwait(false);
        }

        piece.Span[..destination.Length].CopyTo(destination.Span);
    }

    private async Task<NativeBuffer> ReadAsync(long offset, int count)
    {
        var buffer = NativeBuffer.Rent(count);
        try
        {
            var read = await snapshots.ReadAsync(Object.Location, _snapshot.Session, _snapshot.ReadAsync(offset, buffer, count)).ConfigureAwait(false);
            return read == count
                ? buffer
                : throw new StoreException(StoreError.Unavailable, $"The cluster gave {read} bytes of {Object.Location} in place of {count}.") { IsTransient = true };
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    private async Task<StoreException> GoneAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        using var other = await snapshots.OpenAsync(location, pool, cancellationToken).ConfigureAwait(false);
        return other is null
            ? new StoreException(StoreError.NotFound, $"The image at {location} was deleted while it was being read.")
            : new StoreException(StoreError.Changed, $"The image at {location} was replaced while it was being read.");
    }
}
