using System.Net;
using System.Net.Sockets;
using System.Text;

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

    /// <summary>Called before any request is passed on, with its first line; null for nothing to do.</summary>
    public Func<string, Task>? OnRequest { get; set; }

    /// <summary>Called before each piece of an answer is passed on, with the first line of the request and how many bytes were read so far; null for nothing to do.</summary>
    public Func<string, long, Task>? OnAnswer { get; set; }

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

    // A client writes the head of a request in one piece.
    private async Task AskAsync(NetworkStream from, NetworkStream to, Connection connection)
    {
        var buffer = new byte[64 << 10];
        for (int count; (count = await from.ReadAsync(buffer)) > 0;)
        {
            if (FirstLineOf(buffer.AsSpan(0, count)) is { } line)
            {
                connection.Request = line;
                await ToldAsync(connection);
            }

            await to.WriteAsync(buffer.AsMemory(0, count));
        }
    }

    private async Task AnswerAsync(NetworkStream from, NetworkStream to, Connection connection)
    {
        var buffer = new byte[64 << 10];
        for (int count; (count = await from.ReadAsync(buffer)) > 0;)
        {
            var bytes = Interlocked.Add(ref _bytes, connection.IsReading ? count : 0);
            if (OnAnswer is { } act && !buffer.AsSpan(0, count).StartsWith("HTTP/1.1 100"u8))
            {
                await act(connection.Request, bytes);
            }

            await to.WriteAsync(buffer.AsMemory(0, count));
        }
    }

    private async Task ToldAsync(Connection connection)
    {
        if (connection.IsReading && Interlocked.Increment(ref _gets) is var number && OnGet is { } read)
        {
            await read(number);
        }

        if (OnRequest is { } ask)
        {
            await ask(connection.Request);
        }
    }

    // Null for a piece of a body.
    private static string? FirstLineOf(ReadOnlySpan<byte> piece)
    {
        var end = piece.IndexOf("\r\n"u8);
        return end > 0 && piece[..end].EndsWith(" HTTP/1.1"u8) ? Encoding.Latin1.GetString(piece[..end]) : null;
    }

    private sealed class Connection
    {
        public volatile string Request = "";

        public bool IsReading => Request.StartsWith("GET ", StringComparison.Ordinal);
    }
}
