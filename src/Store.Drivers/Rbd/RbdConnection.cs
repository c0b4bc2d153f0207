using System.Globalization;
using GlanceStore.Drivers.Rbd.Native;
using Microsoft.Extensions.Logging;

namespace GlanceStore.Drivers.Rbd;

/// <summary>The one connection of a store: made when it is first needed, kept for the driver's life, replaced when it is dead.</summary>
internal sealed class RbdConnection(RbdDriverOptions options, ILogger logger, Func<string?> missingLibrary, TimeProvider time) : IAsyncDisposable
{
    // A process must not end while the library does: it would crash.
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Lock _fsidLock = new();
    private Task<RbdSession>? _connecting;
    private Task _ended = Task.CompletedTask;
    private string? _fsid;
    private bool _isDisposed;

    /// <summary>The cluster's id: what its configuration file says or, where that does not, its monitors.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Unavailable"/> where only the monitors could tell, and do not.</exception>
    public string Fsid
    {
        get
        {
            lock (_fsidLock)
            {
                return _fsid ??= FindFsid();
            }
        }
    }

    /// <summary>The connection. Everybody waits for the same one.</summary>
    public async Task<RbdSession> SessionAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await Connecting().WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Runs calls that block, on a thread of their own. What they opened and nobody waits for any more is handed to <paramref name="abandoned"/>.
    /// </summary>
    /// <param name="what">What is being done, to begin the sentence of an error.</param>
    /// <param name="call">The calls.</param>
    /// <param name="abandoned">What to do with the result where the caller was cancelled.</param>
    /// <param name="cancellationToken">Ends the wait, not the calls.</param>
    public async Task<T> RunAsync<T>(string what, Func<RbdSession, T> call, Action<T> abandoned, CancellationToken cancellationToken)
    {
        var session = await SessionAsync(cancellationToken).ConfigureAwait(false);
        return await GuardAsync(what, session, RbdThread.RunAsync(() =>
        {
            using var use = new HandleUse(session.Pool);
            return call(session);
        }).OrAbandonAsync(abandoned, cancellationToken)).ConfigureAwait(false);
    }

    /// <inheritdoc cref="RunAsync{T}(string, Func{RbdSession, T}, Action{T}, CancellationToken)"/>
    public Task<T> RunAsync<T>(string what, Func<RbdSession, T> call, CancellationToken cancellationToken) =>
        RunAsync(what, call, static _ => { }, cancellationToken);

    /// <summary>Waits for an operation on a session, tells its failure in the store's words, and replaces a session that is dead.</summary>
    public async Task<T> GuardAsync<T>(string what, RbdSession session, Task<T> operation)
    {
        try
        {
            return await operation.ConfigureAwait(false);
        }
        catch (Exception e) when (RbdErrors.From(e, what) is { } error)
        {
            if (RbdErrors.EndsClient(e))
            {
                Replace(session, e);
            }

            throw error;
        }
    }

    /// <summary>Ends it, and waits for that within reason: what is still open keeps it.</summary>
    public async ValueTask DisposeAsync()
    {
        Task ended;
        lock (_lock)
        {
            _isDisposed = true;
            End();
            ended = _ended;
        }

        await Task.WhenAny(ended, Task.Delay(EndPatience, time)).ConfigureAwait(false);
    }

    private Task<RbdSession> Connecting()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(RbdDriver));
            if (_connecting is null || _connecting.IsFaulted)
            {
                _connecting = RbdThread.RunAsync(Connect);
            }

            return _connecting;
        }
    }

    private void Replace(RbdSession session, Exception why)
    {
        lock (_lock)
        {
            if (_connecting is not { IsCompletedSuccessfully: true } || session.IsRetired)
            {
                return;
            }

            RbdLog.ConnectionReplaced(logger, why, options.Pool);
            End();
        }
    }

    private void End()
    {
        _ended = Task.WhenAll(_ended, EndAsync(_connecting));
        _connecting = null;
    }

    // The library takes its time to say goodbye.
    private static async Task EndAsync(Task<RbdSession>? connecting)
    {
        await (connecting ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (connecting is { IsCompletedSuccessfully: true })
        {
            var session = await connecting.ConfigureAwait(false);
            await RbdThread.RunAsync(session.Dispose).ConfigureAwait(false);
            await session.Cluster.Ended.ConfigureAwait(false);
        }
    }

    private RbdSession Connect()
    {
        var cluster = Configured();
        RadosPool? pool = null;
        try
        {
            cluster.Connect();
            RequireSame(cluster.Fsid);
            RequireDataPool(cluster);
            pool = RadosPool.Open(cluster, options.PoolParts.Name, options.PoolParts.Namespace);
            return new RbdSession(cluster, pool, FeaturesOf(cluster));
        }
        catch (Exception e)
        {
            var error = e is CephException ceph ? RbdErrors.FromConnecting(ceph, options, cluster.Get("keyring"), cluster.Get("mon_host")) : e;
            pool?.Dispose();
            cluster.Dispose();
            throw error;
        }
    }

    private RadosCluster Configured()
    {
        if (missingLibrary() is { } library)
        {
            throw new StoreException(StoreError.Unavailable,
                $"The RBD store needs Ceph's client libraries, and {library} cannot be loaded: install the package librbd1 of Debian and Ubuntu, or librbd1 of CentOS and Fedora.");
        }

        RadosCluster? cluster = null;
        try
        {
            cluster = RadosCluster.Create(options.User, options.CephConf);
            foreach (var (option, value) in Settings())
            {
                cluster.Set(option, value);
            }

            return cluster;
        }
        catch (CephException e)
        {
            cluster?.Dispose();
            throw RbdErrors.FromConfiguring(e, options);
        }
    }

    // Without a cache what was written is stored. Our process's error stream, and the sockets and files of other clients, are not the library's.
    private IEnumerable<(string Option, string Value)> Settings()
    {
        yield return ("rbd_cache", "false");
        yield return ("rbd_disable_zero_copy_writes", "true");
        yield return ("err_to_stderr", "false");
        yield return ("log_to_stderr", "false");
        yield return ("log_file", "");
        yield return ("admin_socket", "");
        yield return ("client_mount_timeout", Seconds(options.ConnectTimeout));
        yield return ("rados_mon_op_timeout", Seconds(options.OperationTimeout));
        yield return ("rados_osd_op_timeout", Seconds(options.OperationTimeout));
        if (options.DataPool is { } dataPool)
        {
            yield return ("rbd_default_data_pool", dataPool);
        }
    }

    private static string Seconds(TimeSpan time) => Math.Ceiling(time.TotalSeconds).ToString("0", CultureInfo.InvariantCulture);

    // As glance does: a number as text, and the least there is where the configuration says none.
    private static ulong FeaturesOf(RadosCluster cluster) =>
        ulong.TryParse(cluster.Get("rbd_default_features"), NumberStyles.None, CultureInfo.InvariantCulture, out var features) && features != 0
            ? features
            : RbdImage.Layering;

    private string FindFsid()
    {
        using var cluster = Configured();
        if (Guid.TryParse(cluster.Get("fsid"), out var configured) && configured != Guid.Empty)
        {
            return configured.ToString("D");
        }

        try
        {
            cluster.Connect();
            return cluster.Fsid;
        }
        catch (CephException e)
        {
            throw RbdErrors.FromConnecting(e, options, cluster.Get("keyring"), cluster.Get("mon_host"));
        }
    }

    // New images would be refused with the same word as an image that is not there.
    private void RequireDataPool(RadosCluster cluster)
    {
        if (options.DataPool is { } dataPool && cluster.FindPool(dataPool) is null)
        {
            throw new StoreException(StoreError.InvalidConfiguration, $"The RBD store cannot be used: the cluster has no pool '{dataPool}'; make it, or set DataPool.");
        }
    }

    private void RequireSame(string connected)
    {
        lock (_fsidLock)
        {
            _fsid ??= connected;
            if (_fsid != connected)
            {
                throw new StoreException(StoreError.InvalidConfiguration,
                    $"The RBD store cannot be used: its configuration names the cluster {_fsid}, and its monitors are those of {connected}.");
            }
        }
    }
}
