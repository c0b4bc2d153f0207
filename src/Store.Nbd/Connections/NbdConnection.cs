using System.Net.Security;
using System.Net.Sockets;
using GlanceStore.Nbd.Exports;
using Microsoft.Extensions.Logging;

namespace GlanceStore.Nbd.Connections;

/// <summary>One client, from the connection to its end.</summary>
internal sealed class NbdConnection : IExportUser
{
    private readonly Socket _socket;
    private readonly string _name;
    private readonly NbdServerOptions _options;
    private readonly ExportTable _exports;
    private readonly ReplyMemory _memory;
    private readonly TlsUpgrade? _tls;
    private readonly CancellationTokenSource _aborted = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly long _begun;
    private Transmission? _transmission;
    private volatile bool _isStopping;
    private bool _hasEnded;

    public NbdConnection(Socket socket, string name, NbdServerOptions options, ExportTable exports, ReplyMemory memory, TlsUpgrade? tls)
    {
        (_socket, _name, _options, _exports, _memory, _tls) = (socket, name, options, exports, memory, tls);
        _begun = options.TimeProvider.GetTimestamp();
    }

    /// <inheritdoc/>
    public Task Ended => _ended.Task;

    /// <summary>Serves the client until it goes or has to; never throws.</summary>
    public async Task RunAsync()
    {
        try
        {
            var stream = new NetworkStream(_socket, ownsSocket: true);
            await using (stream.ConfigureAwait(false))
            {
                await ServeAsync(stream).ConfigureAwait(false);
            }
        }
        catch (ClientException e)
        {
            Log.Disconnected(_options.Logger, _name, e.Message);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or TimeoutException)
        {
            Log.Lost(_options.Logger, _name, e.Message);
        }
        catch (Exception e)
        {
            Log.Failed(_options.Logger, e, _name);
        }
        finally
        {
            lock (_lock)
            {
                _hasEnded = true;
            }

            _ended.SetResult();
        }
    }

    /// <inheritdoc/>
    /// <remarks>One that has not chosen an export yet is disconnected.</remarks>
    public void Stop()
    {
        lock (_lock)
        {
            _isStopping = true;
            if (!_hasEnded && _transmission is not null)
            {
                EndReading();
                return;
            }
        }

        Abort();
    }

    /// <inheritdoc/>
    public void Abort()
    {
        lock (_lock)
        {
            if (_hasEnded)
            {
                return;
            }

            _hasEnded = true;
        }

        _aborted.Cancel();
        _socket.Dispose();
    }

    /// <summary>Disconnects a client that takes too long to come to the point, or to take what it asked for.</summary>
    public void Watch()
    {
        var transmission = Volatile.Read(ref _transmission);
        var reason = transmission is null
            ? _options.TimeProvider.GetElapsedTime(_begun) > _options.HandshakeTimeout ? $"it chose no export within {_options.HandshakeTimeout}" : null
            : transmission.StalledFor > _options.StallTimeout ? $"it has not taken an answer within {_options.StallTimeout}" : null;
        if (reason is not null && !_aborted.IsCancellationRequested)
        {
            Log.Disconnected(_options.Logger, _name, reason);
            Abort();
        }
    }

    private async Task ServeAsync(Stream stream)
    {
        var handshake = new Handshake(ClientStream.Plain(stream), _exports, _tls, _options.MaxRequestBytes, this);
        try
        {
            if (await handshake.RunAsync(_aborted.Token).ConfigureAwait(false) is { } agreed)
            {
                await TransmitAsync(agreed, handshake.Client).ConfigureAwait(false);
            }

            await CloseTlsAsync(handshake.Client.Stream).ConfigureAwait(false);
        }
        finally
        {
            handshake.Chosen?.Use.Dispose();
            await handshake.Client.Stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task TransmitAsync(Negotiated agreed, ClientStream client)
    {
        using var transmission = new Transmission(agreed, client, _memory, _options, _name, _ => Abort());
        lock (_lock)
        {
            _transmission = transmission;
            if (_isStopping)
            {
                EndReading();
            }
        }

        Log.Reads(_options.Logger, _name, agreed.Use.Export.Name);
        var isWanted = false;
        try
        {
            isWanted = await transmission.RunAsync(() => _isStopping, _aborted.Token).ConfigureAwait(false);
        }
        finally
        {
            if (!isWanted && !_isStopping)
            {
                await _aborted.CancelAsync().ConfigureAwait(false); // it has gone, and nobody wants the answers
            }

            await transmission.DrainAsync().ConfigureAwait(false);
        }
    }

    private async Task CloseTlsAsync(Stream stream)
    {
        if (stream is SslStream secured && !_aborted.IsCancellationRequested)
        {
            await secured.ShutdownAsync().WaitAsync(_options.StallTimeout, _options.TimeProvider, _aborted.Token).ConfigureAwait(false);
        }
    }

    // What waits for the client's next request finds that there is none.
    private void EndReading()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Receive);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }
}
