using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace GlanceStore.Drivers.Testing;

/// <summary>Sockets and no library: it counts what really arrives, and ends connections without an answer.</summary>
internal sealed class DyingServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<string, string?> _answer;
    private readonly bool _resets;

    /// <param name="answer">The answer to a request line; null ends the connection.</param>
    /// <param name="resets">Whether it ends with a reset rather than an orderly close.</param>
    public DyingServer(Func<string, string?> answer, bool resets = false)
    {
        (_answer, _resets) = (answer, resets);
        _listener.Start();
        _ = ServeAsync();
    }

    public string Endpoint => $"http://{_listener.LocalEndpoint}";

    /// <summary>Every request line, in the order of arrival.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public static string Empty(int status, params string[] headers) =>
        $"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n";

    public static string Answer(int status, string body, params string[] headers) =>
        $"HTTP/1.1 {status} X\r\nContent-Type: application/xml\r\nContent-Length: {body.Length}\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n{body}";

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptSocketAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        await using (var stream = new NetworkStream(socket))
        {
            try
            {
                while (await HttpHead.ReadAsync(stream, CancellationToken.None) is { } head && await AnswerAsync(stream, head))
                {
                }

                if (_resets)
                {
                    socket.LingerState = new LingerOption(true, 0);
                }
            }
            catch (IOException)
            {
            }
        }
    }

    private async Task<bool> AnswerAsync(NetworkStream stream, string head)
    {
        var lines = head.Split("\r\n");
        var request = lines[0][..lines[0].LastIndexOf(' ')];
        Requests.Enqueue(request);
        var answer = _answer(request);
        if (lines.Contains("Expect: 100-continue", StringComparer.OrdinalIgnoreCase))
        {
            if (answer is null)
            {
                return false; // whoever waits to send a body has sent nothing of it
            }

            await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray());
        }

        var length = lines.FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        await stream.ReadExactlyAsync(new byte[length is null ? 0 : int.Parse(length["Content-Length:".Length..], CultureInfo.InvariantCulture)]);
        if (answer is not null)
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(answer));
        }

        return answer is not null;
    }
}
