using System.Net;
using GlanceStore.Nbd.Connections;
using GlanceStore.Nbd.Exports;
using GlanceStore.Nbd.Listening;

namespace GlanceStore.Nbd;

/// <summary>A read-only server of network block devices: the fixed newstyle of NBD, structured replies, extents (<c>base:allocation</c>), several connections, TLS.</summary>
/// <remarks>
/// It speaks what the protocol's document (NetworkBlockDevice/nbd, doc/proto.md) describes and QEMU, libnbd and Linux use. What a client sends is bounded in size, number and
/// time before it is believed; whoever breaks the protocol is disconnected, and one sentence in the log says why.
/// </remarks>
public sealed class NbdServer : IAsyncDisposable
{
    private readonly NbdServerOptions _options;
    private readonly ExportTable _exports = new();
    private readonly ReplyMemory _memory;
    private readonly Reception _reception;
    private bool _isDisposed;

    private NbdServer(NbdServerOptions options)
    {
        _options = options;
        _memory = new ReplyMemory(options.MaxBufferBytes);
        foreach (var export in options.Exports)
        {
            _exports.Add(export);
        }

        var tls = options.Tls is null ? null : new TlsUpgrade(options.Tls);
        var listener = NbdListener.Listen(options.EndPoint);
        EndPoint = options.EndPoint is IPEndPoint ? listener.LocalEndPoint! : options.EndPoint;
        _reception = new Reception(listener, options, _exports, _memory, tls);
        Log.Listening(options.Logger, $"{EndPoint}");
    }

    /// <summary>Where it listens; where port 0 was asked for, the one that it has.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>How many clients are connected.</summary>
    public int ConnectionCount => _reception.Connections.Count;

    /// <summary>The exports that there are, by their names.</summary>
    public IReadOnlyList<NbdExport> Exports => _exports.All;

    internal long UsedBufferBytes => _memory.UsedBytes;

    /// <summary>Listens, and serves from now on.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.InvalidConfiguration"/>: the settings are wrong, and all mistakes are told; <see cref="StoreError.InUse"/>: somebody else listens there;
    /// <see cref="StoreError.AccessDenied"/>: it is not allowed; <see cref="StoreError.AlreadyExists"/>: two exports have one name.
    /// </exception>
    public static NbdServer Start(NbdServerOptions options)
    {
        OptionsCheck.Require(options);
        return new NbdServer(options);
    }

    /// <summary>Serves an export more. It becomes the server's to dispose.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.AlreadyExists"/>: the name is taken.</exception>
    /// <exception cref="ObjectDisposedException">The server was disposed; the export is the caller's still.</exception>
    public void Add(NbdExport export)
    {
        ArgumentNullException.ThrowIfNull(export);
        _exports.Add(export);
    }

    /// <summary>
    /// The URI by which clients reach an export: <c>nbd://</c> or <c>nbd+unix://</c>, over TLS <c>nbds://</c> or <c>nbds+unix://</c> (NetworkBlockDevice/nbd, doc/uri.md).
    /// </summary>
    /// <param name="name">The export's name; whether there is one is not asked.</param>
    public string UriOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var (scheme, path) = (_options.Tls is null ? "nbd" : "nbds", Uri.EscapeDataString(name));
        return EndPoint is IPEndPoint
            ? $"{scheme}://{EndPoint}/{path}"
            : $"{scheme}+unix:///{path}?socket={Uri.EscapeDataString(EndPoint.ToString()!).Replace("%2F", "/", StringComparison.Ordinal)}";
    }

    /// <summary>How many clients read an export; 0 where there is none of the name.</summary>
    public int ConnectionsOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _exports.UsesOf(name);
    }

    /// <summary>
    /// Serves an export no longer, and disposes it: nobody new gets it, and who has it gets the answers that are under way and is disconnected.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the wait for those answers: they are given up then, and the export is disposed all the same.</param>
    /// <returns>False where there was none of the name.</returns>
    public async Task<bool> RemoveAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_exports.Remove(name) is not (var export, var users))
        {
            return false;
        }

        await EndAsync(users, cancellationToken).ConfigureAwait(false);
        await export.DisposeAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>
    /// Accepts nobody any more and removes a Unix socket's file; then clients get the answers that are under way, and are disconnected. The exports are disposed
    /// with the server.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait for those answers: they are given up then.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await _reception.CloseAsync().ConfigureAwait(false);
        await EndAsync(_reception.Connections, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops, within <see cref="NbdServerOptions.StopTimeout"/>, and disposes the exports.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        using var patience = new CancellationTokenSource(_options.StopTimeout, _options.TimeProvider);
        await StopAsync(patience.Token).ConfigureAwait(false);
        await _reception.EndWatchAsync().ConfigureAwait(false);
        foreach (var export in _exports.Close())
        {
            await DisposeOfAsync(export).ConfigureAwait(false);
        }
    }

    // The others are disposed all the same.
    private async ValueTask DisposeOfAsync(NbdExport export)
    {
        try
        {
            await export.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.NotDisposed(_options.Logger, e, export.Name);
        }
    }

    private static async Task EndAsync(IReadOnlyList<IExportUser> users, CancellationToken cancellationToken)
    {
        foreach (var user in users)
        {
            user.Stop();
        }

        var ended = Task.WhenAll(users.Select(user => user.Ended));
        await ended.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var user in ended.IsCompleted ? [] : users)
        {
            user.Abort();
        }

        await ended.ConfigureAwait(false);
    }
}
