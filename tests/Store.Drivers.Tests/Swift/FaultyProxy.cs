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
    private readonly LoopbackListener _listener;
    private readonly ConcurrentQueue<ProxiedRequest> _requests = new();

    public FaultyProxy(string server, Func<ProxiedRequest, Fault?> script)
    {
        (_server, _script) = (new Uri(server).Port, script);
        _listener = new LoopbackListener(ServeAsync);
    }

    public string Url => $"http://127.0.0.1:{_listener.Port}";

    public IReadOnlyList<ProxiedRequest> Requests => [.. _requests];

    /// <summary>A script that lets the first so many of the requests that fit fail.</summary>
    public static Func<ProxiedRequest, Fault?> First(int count, Func<ProxiedRequest, bool> fits, Fault fault)
    {
        var left = count;
        return request => fits(request) && Interlocked.Decrement(ref left) >= 0 ? fault : null;
    }

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task ServeAsync(TcpClient client, CancellationToken stop)
    {
        if (await HttpHead.ReadAsync(client.GetStream(), stop) is not { } head)
        {
            return;
        }

        var words = head[..head.IndexOf("\r\n", StringComparison.Ordinal)].Split(' ');
        var request = new ProxiedRequest(words[0], words[1], head);
        _requests.Enqueue(request);
        var fault = _script(request);
        await (fault?.Answer is { } answer ? AnswerAsync(client, answer, stop) : PassOnAsync(client, head, fault, stop));
    }

    private static async Task AnswerAsync(TcpClient client, string answer, CancellationToken stop)
    {
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), stop);
        client.Client.Shutdown(SocketShutdown.Send);
        await DrainAsync(stream, stop);
    }

    private async Task PassOnAsync(TcpClient client, string head, Fault? fault, CancellationToken stop)
    {
        using var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, _server, stop);
        var there = server.GetStream();
        await there.WriteAsync(Encoding.Latin1.GetBytes(head.Insert(head.Length - 2, "Connection: close\r\n")), stop);
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(stop);
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
    private static async Task DrainAsync(NetworkStream stream, CancellationToken stop)
    {
        var buffer = new byte[16 << 10];
        while (await stream.ReadAsync(buffer, stop) > 0)
        {
        }
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
