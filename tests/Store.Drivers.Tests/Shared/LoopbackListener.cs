using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace GlanceStore.Drivers.Testing;

/// <summary>Listens on a free port of the loopback and serves each connection until it is disposed, which waits for all of them.</summary>
internal sealed class LoopbackListener : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _serving = [];
    private readonly Func<TcpClient, CancellationToken, Task> _serve;
    private readonly Task _accepting;
    private int _connections;
    private int _disposed;

    /// <param name="serve">What is done with a connection; that it broke or was stopped is no error of it.</param>
    /// <param name="address">Another address of the loopback than the usual one.</param>
    /// <param name="port">The port; 0 for any.</param>
    public LoopbackListener(Func<TcpClient, CancellationToken, Task> serve, IPAddress? address = null, int port = 0)
    {
        _serve = serve;
        _listener = new TcpListener(address ?? IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections so far.</summary>
    public int Connections => _connections;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return; // a test that has ended it does so again at its end
        }

        await _stop.CancelAsync();
        await _accepting; // before the listener stops: to accept from one that has stopped is an error of its own
        _listener.Stop();
        await Task.WhenAll(_serving);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        Interlocked.Increment(ref _connections);
        using var _ = client;
        try
        {
            await _serve(client, _stop.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
        }
    }
}
