using System.Net;
using System.Net.Sockets;

namespace GlanceStore.ImageService.Tests;

/// <summary>A port that leads to another one while it is open. Closed it cuts what is under way and refuses what comes, as a server that is away.</summary>
internal sealed class ServerGate(int target) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<TcpClient> _clients = [];
    private TcpListener? _listener;

    public int Port { get; private set; }

    public void Open()
    {
        var listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        _listener = listener;
        _ = AcceptAsync(listener);
    }

    public void Close()
    {
        _listener?.Stop();
        lock (_lock)
        {
            _clients.ForEach(client => client.Dispose());
            _clients.Clear();
        }
    }

    public void Dispose() => Close();

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var from = await listener.AcceptTcpClientAsync();
                var to = new TcpClient();
                lock (_lock)
                {
                    _clients.AddRange([from, to]);
                }

                await to.ConnectAsync(IPAddress.Loopback, target);
                _ = CopyAsync(from, to);
                _ = CopyAsync(to, from);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It was closed.
        }
    }

    private static async Task CopyAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It was cut.
        }

        to.Dispose();
    }
}
