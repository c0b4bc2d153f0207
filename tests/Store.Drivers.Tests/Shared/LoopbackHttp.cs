using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace GlanceStore.Drivers.Testing;

/// <summary>Answers HTTP requests on a free port of the loopback, or ends their connections.</summary>
internal sealed class LoopbackHttp : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly int _port;
    private readonly Func<HttpListenerContext, Task> _answer;
    private readonly LoopbackListener _front;
    private readonly ConcurrentDictionary<int, CancellationTokenSource> _cuts = new(); // by the port that the listener sees

    /// <param name="answer">What answers a request; an <see cref="IOException"/> ends the connection, without a word where none was sent.</param>
    public LoopbackHttp(Func<HttpListenerContext, Task> answer)
    {
        _answer = answer;
        _port = Listen(_listener);
        _front = new LoopbackListener(PassAsync);
        _ = Task.Run(ServeAsync);
    }

    public string Url => $"http://127.0.0.1:{_front.Port}";

    // The loop is not waited for: a listener that is closed just when the next request is asked for never answers that.
    public void Dispose()
    {
        _front.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _listener.Close();
    }

    // A free port is found by letting the system choose one; another process may take it first, so a few are tried.
    private static int Listen(HttpListener listener)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var port = ((IPEndPoint)probe.LocalEndpoint).Port;
            probe.Stop();
            try
            {
                listener.Prefixes.Clear();
                listener.Prefixes.Add($"http://127.0.0.1:{port}/");
                listener.Start();
                return port;
            }
            catch (HttpListenerException) when (attempt < 20)
            {
            }
        }
    }

    // HttpListener cannot end a connection without an answer: to abort one sends 200 and an empty body. So its connections are ended before it.
    private async Task PassAsync(TcpClient client, CancellationToken stopping)
    {
        using var listener = new TcpClient();
        await listener.ConnectAsync(IPAddress.Loopback, _port, stopping);
        var port = ((IPEndPoint)listener.Client.LocalEndPoint!).Port;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _cuts[port] = ending;
        try
        {
            var asking = client.GetStream().CopyToAsync(listener.GetStream(), ending.Token);
            await Task.WhenAny(asking, listener.GetStream().CopyToAsync(client.GetStream(), ending.Token)).Unwrap();
        }
        finally
        {
            _cuts.TryRemove(port, out _);
        }
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                _ = Task.Run(() => AnswerAsync(context));
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            await _answer(context);
        }
        catch (Exception e) when (e is HttpListenerException or HttpRequestException or IOException or ObjectDisposedException)
        {
            if (_cuts.TryRemove(context.Request.RemoteEndPoint.Port, out var cut))
            {
                await cut.CancelAsync();
            }

            context.Response.Abort();
        }
    }
}
