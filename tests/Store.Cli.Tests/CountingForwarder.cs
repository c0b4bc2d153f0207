using System.Net;
using System.Net.Sockets;

namespace GlanceStore.Cli.Tests;

/// <summary>Stands before a web server or an S3 store, passes every byte on, and counts what is read.</summary>
internal sealed class CountingForwarder : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _backend;
    private long _bytes;
    private int _gets;

    public CountingForwarder(Uri backend)
    {
        _backend = backend;
        _listener.Start();
        Url = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _ = AcceptAsync();
    }

    public string Url { get; }

    /// <summary>Called before a read is passed on, with its number; null for nothing to do.</summary>
    public Func<int, Task>? OnGet { get; set; }

    /// <summary>How often something was read since this was asked last, and how many bytes came, those of the headers included.</summary>
    public (int Gets, long Bytes) TakeCount() => (Interlocked.Exchange(ref _gets, 0), Interlocked.Exchange(ref _bytes, 0));

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the test is over
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                client.NoDelay = server.NoDelay = true;
                await server.ConnectAsync(_backend.Host, _backend.Port);
                var connection = new Connection();
                await Task.WhenAny(AskAsync(client.GetStream(), server.GetStream(), connection), AnswerAsync(server.GetStream(), client.GetStream(), connection));
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                // one side is gone, and with it the other
            }
        }
    }

    // A client writes the head of a request in one piece, and a read is nothing more than that.
    private async Task AskAsync(NetworkStream from, NetworkStream to, Connection connection)
    {
        var buffer = new byte[64 << 10];
        for (int count; (count = await from.ReadAsync(buffer)) > 0;)
        {
            connection.IsReading = buffer.AsSpan(0, count).StartsWith("GET "u8);
            if (connection.IsReading && Interlocked.Increment(ref _gets) is var number && OnGet is { } act)
            {
                await act(number);
            }

            await to.WriteAsync(buffer.AsMemory(0, count));
        }
    }

    private async Task AnswerAsync(NetworkStream from, NetworkStream to, Connection connection)
    {
        var buffer = new byte[64 << 10];
        for (int count; (count = await from.ReadAsync(buffer)) > 0;)
        {
            Interlocked.Add(ref _bytes, connection.IsReading ? count : 0);
            await to.WriteAsync(buffer.AsMemory(0, count));
        }
    }

    private sealed class Connection
    {
        public volatile bool IsReading;
    }
}
