namespace GlanceStore.Drivers.Sftp;

/// <summary>The connections of a store: opened as they are needed, up to a number, shared beyond it, and replaced where they broke.</summary>
internal sealed class SftpConnections(SftpClients clients, int most, SftpHabits habits, TimeProvider time) : IDisposable
{
    // How long a server that refused one more connection is not asked for one.
    private static readonly TimeSpan FullTime = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly List<SftpConnection> _connections = [];
    private long _fullUntil = long.MinValue;
    private bool _isDisposed;

    /// <summary>The connection with the fewest users, which counts this one among them until it is disposed.</summary>
    /// <remarks>A server that refuses one more connection, for whatever reason, does not end what can go on over another.</remarks>
    public async ValueTask<SftpLease> LeaseAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (true)
        {
            var connection = Take();
            try
            {
                return new SftpLease(this, connection, await connection.Client.WaitAsync(cancellationToken).ConfigureAwait(false), habits);
            }
            catch (Exception e)
            {
                Return(connection);
                if (e is not StoreException || !CanShare())
                {
                    throw;
                }
            }
        }
    }

    /// <summary>So many at once, each with the fewest users then: different ones, unless the pool is smaller.</summary>
    public async ValueTask<IReadOnlyList<SftpLease>> LeaseAsync(int count, CancellationToken cancellationToken)
    {
        var leasing = Enumerable.Range(0, count).Select(_ => LeaseAsync(cancellationToken).AsTask()).ToList();
        try
        {
            return await Task.WhenAll(leasing).ConfigureAwait(false);
        }
        catch
        {
            foreach (var leased in leasing.Where(task => task.IsCompletedSuccessfully))
            {
                (await leased.ConfigureAwait(false)).Dispose();
            }

            throw;
        }
    }

    public void Return(SftpConnection connection)
    {
        lock (_lock)
        {
            connection.Users--;
            RemoveUnusable();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _connections.ForEach(connection => connection.Dispose());
            _connections.Clear();
        }
    }

    private SftpConnection Take()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(SftpDriver));
            RemoveUnusable();
            var usable = _connections.Where(connection => connection.IsUsable).ToList();
            var idlest = usable.MinBy(connection => connection.Users);
            if (idlest is null || (idlest.Users > 0 && usable.Count < most && time.GetTimestamp() >= _fullUntil))
            {
                idlest = new SftpConnection(clients.ConnectAsync);
                _connections.Add(idlest);
            }

            idlest.Users++;
            return idlest;
        }
    }

    private bool CanShare()
    {
        lock (_lock)
        {
            _fullUntil = time.GetTimestamp() + (long)(FullTime.TotalSeconds * time.TimestampFrequency);
            return !_isDisposed && _connections.Exists(connection => connection.IsUsable);
        }
    }

    // What still has users is left to them: a cancelled neighbour is no reason to break off an upload.
    private void RemoveUnusable()
    {
        foreach (var connection in _connections.Where(connection => connection.Users == 0 && !connection.IsUsable).ToList())
        {
            _connections.Remove(connection);
            connection.Dispose();
        }
    }
}
