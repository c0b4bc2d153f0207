using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace GlanceStore.Drivers.Swift;

/// <summary>Stands before a real server and lets chosen requests fail; all others it passes on, byte by byte, a connection each.</summary>
internal sealed class FaultyProxy : IAsyncDisposable
{
    private readonly int _server;
    private readonly Func<ProxiedRequest, Fault?> _script;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<ProxiedRequest> _requests = new();
    private readonly ConcurrentBag<Task> _serving = [];
    private readonly Task _accepting;

    public FaultyProxy(string server, Func<ProxiedRequest, Fault?> script)
    {
        (_server, _script) = (new Uri(server).Port, script);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public IReadOnlyList<ProxiedRequest> Requests => [.. _requests];

    /// <summary>A script that lets the first so many of the requests that fit fail.</summary>
    public static Func<ProxiedRequest, Fault?> First(int count, Func<ProxiedRequest, bool> fits, Fault fault)
    {
        var left = count;
        return request => fits(request) && Interlocked.Decrement(ref left) >= 0 ? fault : null;
    }

    public async ValueTask DisposeAsync()
    {
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
        using var _ = client;
        try
        {
            var stream = client.GetStream();
            if (await ReadHeadAsync(stream) is not { } head)
            {
                return;
            }

            var words = head[..head.IndexOf("\r\n", StringComparison.Ordinal)].Split(' ');
            var request = new ProxiedRequest(words[0], words[1], head);
            _requests.Enqueue(request);
            var fault = _script(request);
            await (fault?.Answer is { } answer ? AnswerAsync(client, answer) : PassOnAsync(client, head, fault));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
        {
        }
    }

    private async Task AnswerAsync(TcpClient client, string answer)
    {
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), _stop.Token);
        client.Client.Shutdown(SocketShutdown.Send);
        await DrainAsync(stream);
    }

    private async Task PassOnAsync(TcpClient client, string head, Fault? fault)
    {
        using var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, _server, _stop.Token);
        var there = server.GetStream();
        await there.WriteAsync(Encoding.Latin1.GetBytes(head.Insert(head.Length - 2, "Connection: close\r\n")), _stop.Token);
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var up = CopyAsync(client.GetStream(), there, fault?.CutBodyAfter, cut);
        var down = CopyAsync(there, client.GetStream(), fault?.CutAnswerAfter, cut);
        await down;
        if (fault is null && !cut.IsCancellationRequested)
        {
            client.Client.Shutdown(SocketShutdown.Send);
        }

        await cut.CancelAsync();
        await up;
    }

    private static async Task CopyAsync(NetworkStream from, NetworkStream to, int? most, CancellationTokenSource cut)
    {
        var buffer = new byte[16 << 10];
        var left = most ?? int.MaxValue;
        try
        {
            while (left > 0 && await from.ReadAsync(buffer.AsMemory(0, Math.Min(buffer.Length, left)), cut.Token) is > 0 and var count)
            {
                await to.WriteAsync(buffer.AsMemory(0, count), cut.Token);
                left -= most is null ? 0 : count;
            }

            if (left == 0)
            {
                await cut.CancelAsync();
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
        }
    }

    // A server that closes while bytes arrive resets the connection, and its answer may be lost with it.
    private async Task DrainAsync(NetworkStream stream)
    {
        var buffer = new byte[16 << 10];
        while (await stream.ReadAsync(buffer, _stop.Token) > 0)
        {
        }
    }

    private async Task<string?> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}

/// <summary>A request as it passed the proxy.</summary>
internal sealed record ProxiedRequest(string Method, string Target, string Head)
{
    /// <summary>Whether it writes a segment.</summary>
    public bool IsSegment => Method == "PUT" && Target.Contains("-0", StringComparison.Ordinal) && !IsManifest;

    /// <summary>Whether it writes a manifest.</summary>
    public bool IsManifest => Target.Contains("multipart-manifest=put", StringComparison.Ordinal);

    /// <summary>Whether it logs in.</summary>
    public bool IsLogIn => Target.StartsWith("/auth/", StringComparison.Ordinal);
}

/// <summary>What goes wrong with a request: one of the three.</summary>
internal sealed record Fault
{
    /// <summary>The answer, in the server's place.</summary>
    public string? Answer { get; init; }

    /// <summary>The connection is cut after so many bytes of the request's body.</summary>
    public int? CutBodyAfter { get; init; }

    /// <summary>The connection is cut after so many bytes of the answer.</summary>
    public int? CutAnswerAfter { get; init; }

    public static Fault Status(int status, string headers = "", string body = "") =>
        new() { Answer = $"HTTP/1.1 {status} Made up\r\nContent-Length: {body.Length}\r\nConnection: close\r\n{headers}\r\n{body}" };
}
