using System.Globalization;
using System.Net.Sockets;
using GlanceStore.Nbd.Connections;
using GlanceStore.Nbd.Exports;

namespace GlanceStore.Nbd.Listening;

/// <summary>Lets clients in, as many as there may be, and watches what they take their time for.</summary>
internal sealed class Reception
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPauseOfWatch = TimeSpan.FromSeconds(1);

    private readonly Socket _listener;
    private readonly NbdServerOptions _options;
    private readonly ExportTable _exports;
    private readonly ReplyMemory _memory;
    private readonly TlsUpgrade? _tls;
    private readonly Lock _lock = new();
    private readonly HashSet<NbdConnection> _connections = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly ITimer _watch;
    private readonly Task _accepting;
    private long _accepted;
    private bool _isFull;
    private bool _cannotAccept;

    public Reception(Socket listener, NbdServerOptions options, ExportTable exports, ReplyMemory memory, TlsUpgrade? tls)
    {
        (_listener, _options, _exports, _memory, _tls) = (listener, options, exports, memory, tls);
        var period = TimeSpan.FromTicks(Math.Min(Math.Min(options.HandshakeTimeout.Ticks, options.StallTimeout.Ticks) / 4, LongestPauseOfWatch.Ticks));
        _watch = options.TimeProvider.CreateTimer(_ => Watch(), null, period, period);
        _accepting = AcceptAsync();
    }

    /// <summary>The clients that are connected now.</summary>
    public IReadOnlyList<NbdConnection> Connections
    {
        get
        {
            lock (_lock)
            {
                return [.. _connections];
            }
        }
    }

    /// <summary>Lets nobody in any more. A Unix socket's file is removed by it.</summary>
    public async Task CloseAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
    }

    /// <summary>Ends the watch, once no client is connected any more.</summary>
    public ValueTask EndWatchAsync() => _watch.DisposeAsync();

    private async Task AcceptAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                Admit(await _listener.AcceptAsync(_closing.Token).ConfigureAwait(false));
                _cannotAccept = false;
            }
            catch (OperationCanceledException) when (_closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                await PauseAsync(e).ConfigureAwait(false);
            }
        }
    }

    // Too many files are open, for one: that passes, and asking at once again would take the processor from those who close them.
    private async Task PauseAsync(Exception e)
    {
        if (!_closing.IsCancellationRequested)
        {
            if (!_cannotAccept)
            {
                _cannotAccept = true;
                Log.CannotAccept(_options.Logger, e.Message);
            }

            await Task.Delay(PauseAfterFailure, _options.TimeProvider, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Admit(Socket socket)
    {
        if (socket.AddressFamily != AddressFamily.Unix)
        {
            socket.NoDelay = true;
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true); // one whose machine has gone says nothing any more
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"client {++_accepted}{(socket.RemoteEndPoint is System.Net.IPEndPoint remote ? $" of {remote}" : "")}");
        var connection = new NbdConnection(socket, name, _options, _exports, _memory, _tls);
        if (TryEnter(connection))
        {
            _ = ServeAsync(connection);
        }
        else
        {
            socket.Dispose();
        }
    }

    private bool TryEnter(NbdConnection connection)
    {
        lock (_lock)
        {
            if (_connections.Count < _options.MaxConnections)
            {
                _isFull = false;
                return _connections.Add(connection);
            }

            if (!_isFull)
            {
                _isFull = true; // said once, however many knock
                Log.Full(_options.Logger, _options.MaxConnections);
            }

            return false;
        }
    }

    private async Task ServeAsync(NbdConnection connection)
    {
        await connection.RunAsync().ConfigureAwait(false);
        lock (_lock)
        {
            _connections.Remove(connection);
        }
    }

    private void Watch()
    {
        foreach (var connection in Connections)
        {
            connection.Watch();
        }
    }
}
