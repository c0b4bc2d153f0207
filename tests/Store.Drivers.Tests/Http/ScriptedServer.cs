using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace GlanceStore.Drivers.Http.Tests;

/// <summary>An HTTP/1.1 server on the loopback that says what a script tells it to, right or wrong.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly Func<ScriptedRequest, Reply> _script;
    private readonly X509Certificate2? _certificate;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<ScriptedRequest> _requests = new();
    private readonly ConcurrentBag<Task> _serving = [];
    private readonly Task _accepting;
    private int _connections;

    public ScriptedServer(Func<ScriptedRequest, Reply> script, X509Certificate2? certificate = null)
    {
        (_script, _certificate) = (script, certificate);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Url => UrlOn("127.0.0.1");

    public int Connections => _connections;

    public IReadOnlyList<ScriptedRequest> Requests => [.. _requests];

    public string UrlOn(string host) => $"{(_certificate is null ? "http" : "https")}://{host}:{Port}";

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
        Interlocked.Increment(ref _connections);
        using var _ = client;
        try
        {
            await using var stream = await OpenAsync(client);
            while (await ReadRequestAsync(stream) is { } request && await AnswerAsync(client, stream, request))
            {
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
        }
    }

    private async Task<Stream> OpenAsync(TcpClient client)
    {
        if (_certificate is null)
        {
            return client.GetStream();
        }

        var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
        return tls;
    }

    private async Task<bool> AnswerAsync(TcpClient client, Stream stream, ScriptedRequest request)
    {
        _requests.Enqueue(request);
        var reply = _script(request);
        await stream.WriteAsync(reply.BytesFor(request), _stop.Token);
        await stream.FlushAsync(_stop.Token);
        switch (reply.Then)
        {
            case Then.Hang:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stop.Token);
                return false;
            case Then.Reset:
                client.Client.LingerState = new LingerOption(true, 0);
                return false;
            default:
                return reply.Then == Then.KeepAlive;
        }
    }

    private async Task<ScriptedRequest?> ReadRequestAsync(Stream stream)
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

        var lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var words = lines[0].Split(' ');
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        return new ScriptedRequest(words[0], words[1], headers);
    }
}
