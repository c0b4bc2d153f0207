using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

/// <summary>
/// The images that are open to read. A large one is read in many pieces, several at once: they share it, and it stays open for a moment
/// after the last, which nobody notices, as reading leaves no trace.
/// </summary>
internal sealed class RbdSnapshots : IDisposable
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly List<RbdSnapshot> _open = [];
    private readonly RbdConnection _connection;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private bool _isDisposed;

    public RbdSnapshots(RbdConnection connection, TimeProvider time)
    {
        (_connection, _time) = (connection, time);
        _timer = time.CreateTimer(_ => CloseIdle(Idle), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Opens an image, or finds it open; null where it is not there. The name is asked each time: it may lead to another by now.</summary>
    public async Task<RbdSnapshotLease?> OpenAsync(ImageLocation location, string pool, CancellationToken cancellationToken)
    {
        var place = RbdLocations.PlaceOf(location);
        var session = await _connection.SessionAsync(cancellationToken).ConfigureAwait(false);
        var id = await AskAsync(location, session, session.Pool.FindImageIdAsync(place.Image), cancellationToken).ConfigureAwait(false);
        if (id is null)
        {
            return session.Pool.IsStill(pool)
                ? null
                : throw new StoreException(StoreError.Unavailable, $"The pool '{pool}' was removed.") { IsTransient = true };
        }

        if (Find(session, place, id) is { } open && await IsStillThereAsync(open, location, cancellationToken).ConfigureAwait(false))
        {
            return open;
        }

        var opened = await _connection.RunAsync(
            $"Opening {location}", current => RbdSnapshot.TryOpen(current, place, id), static late => late?.Dispose(), cancellationToken).ConfigureAwait(false);
        return opened is null ? null : Add(opened);
    }

    /// <summary>Waits for the answer to a question about an image.</summary>
    public Task<T> AskAsync<T>(ImageLocation location, RbdSession session, Task<T> question, CancellationToken cancellationToken) =>
        _connection.GuardAsync($"Looking at {location}", session, question.OrAbandonAsync(static _ => { }, cancellationToken));

    /// <summary>Waits for bytes of an image.</summary>
    public Task<long> ReadAsync(ImageLocation location, RbdSession session, Task<long> read) =>
        _connection.GuardAsync($"Reading {location}", session, read);

    public void Return(RbdSnapshot snapshot)
    {
        lock (_lock)
        {
            snapshot.Users--;
            snapshot.LastUsed = _time.GetTimestamp();
            if (snapshot.Users == 0)
            {
                if (_isDisposed || !_open.Contains(snapshot))
                {
                    Close(snapshot);
                }
                else
                {
                    _timer.Change(Idle, Timeout.InfiniteTimeSpan);
                }
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _timer.Dispose();
            CloseIdle(TimeSpan.Zero);
            _open.Clear();
        }
    }

    private static void Close(RbdSnapshot snapshot) => _ = RbdThread.RunAsync(snapshot.Dispose);

    // Returned where it is not, or nobody can tell.
    private async Task<bool> IsStillThereAsync(RbdSnapshotLease lease, ImageLocation location, CancellationToken cancellationToken)
    {
        var isThere = false;
        try
        {
            isThere = await AskAsync(location, lease.Snapshot.Session, lease.Snapshot.IsThereAsync(), cancellationToken).ConfigureAwait(false);
            return isThere;
        }
        finally
        {
            if (!isThere)
            {
                Forget(lease.Snapshot);
                lease.Dispose();
            }
        }
    }

    private RbdSnapshotLease? Find(RbdSession session, RbdPlace place, string id)
    {
        lock (_lock)
        {
            var open = _open.Find(open => open.Session == session && open.Place == place && open.ImageId == id);
            return open is null ? null : Lease(open);
        }
    }

    private RbdSnapshotLease Add(RbdSnapshot opened)
    {
        lock (_lock)
        {
            _open.Add(opened);
            return Lease(opened);
        }
    }

    private RbdSnapshotLease Lease(RbdSnapshot open)
    {
        open.Users++;
        return new RbdSnapshotLease(this, open);
    }

    private void Forget(RbdSnapshot snapshot)
    {
        lock (_lock)
        {
            _open.Remove(snapshot);
        }
    }

    private void CloseIdle(TimeSpan idle)
    {
        lock (_lock)
        {
            foreach (var snapshot in _open.Where(open => open.Users == 0 && _time.GetElapsedTime(open.LastUsed) >= idle).ToList())
            {
                _open.Remove(snapshot);
                Close(snapshot);
            }

            if (!_isDisposed && _open.Exists(open => open.Users == 0))
            {
                _timer.Change(Idle, Timeout.InfiniteTimeSpan);
            }
        }
    }
}

/// <summary>One use of an open image.</summary>
internal sealed class RbdSnapshotLease(RbdSnapshots snapshots, RbdSnapshot snapshot) : IDisposable
{
    private int _isReturned;

    public RbdSnapshot Snapshot => snapshot;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isReturned, 1) == 0)
        {
            snapshots.Return(snapshot);
        }
    }
}
