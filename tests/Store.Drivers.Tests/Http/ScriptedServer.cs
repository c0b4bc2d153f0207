using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace GlanceStore.Drivers.Http.Tests;

/// <summary>An HTTP/1.1 server on the loopback that says what a script tells it to, right or wrong.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly Func<ScriptedRequest, Reply> _script;
    private readonly X509Certificate2? _certificate;
    private readonly LoopbackListener _listener;
    private readonly ConcurrentQueue<ScriptedRequest> _requests = new();

    public ScriptedServer(Func<ScriptedRequest, Reply> script, X509Certificate2? certificate = null)
    {
        (_script, _certificate) = (script, certificate);
        _listener = new LoopbackListener(ServeAsync);
    }

    public int Port => _listener.Port;

    public string Url => UrlOn("127.0.0.1");

    public int Connections => _listener.Connections;

    public IReadOnlyList<ScriptedRequest> Requests => [.. _requests];

    public string UrlOn(string host) => $"{(_certificate is null ? "http" : "https")}://{host}:{Port}";

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task ServeAsync(TcpClient client, CancellationToken stop)
    {
        await using var stream = await OpenAsync(client, stop);
        while (await ReadRequestAsync(stream, stop) is { } request && await AnswerAsync(client, stream, request, stop))
        {
        }
    }

    private async Task<Stream> OpenAsync(TcpClient client, CancellationToken stop)
    {
        if (_certificate is null)
        {
            return client.GetStream();
        }

        var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, stop);
        return tls;
    }

    private async Task<bool> AnswerAsync(TcpClient client, Stream stream, ScriptedRequest request, CancellationToken stop)
    {
        _requests.Enqueue(request);
        var reply = _script(request);
        await stream.WriteAsync(reply.BytesFor(request), stop);
        await stream.FlushAsync(stop);
        switch (reply.Then)
        {
            case Then.Hang:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
                return false;
            case Then.Reset:
                client.Client.LingerState = new LingerOption(true, 0);
                return false;
            default:
                return reply.Then == Then.KeepAlive;
        }
    }

    private static async Task<ScriptedRequest?> ReadRequestAsync(Stream stream, CancellationToken stop)
    {
        if (await HttpHead.ReadAsync(stream, stop) is not { } head)
        {
            return null;
        }

        var lines = head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var words = lines[0].Split(' ');
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        return new ScriptedRequest(words[0], words[1], headers);
    }
}
