using System.Net;
using System.Net.Sockets;

namespace GlanceStore.Drivers.Testing;

/// <summary>Answers HTTP requests on a free port of the loopback.</summary>
internal sealed class LoopbackHttp : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Func<HttpListenerContext, Task> _answer;

    /// <param name="answer">What answers a request; a client that went away is no error of it.</param>
    public LoopbackHttp(Func<HttpListenerContext, Task> answer)
    {
        _answer = answer;
        Url = Listen(_listener);
        _ = Task.Run(ServeAsync);
    }

    public string Url { get; }

    // The loop is not waited for: a listener that is closed just when the next request is asked for never answers that.
    public void Dispose() => _listener.Close();

    // A free port is found by letting the system choose one; another process may take it first, so a few are tried.
    private static string Listen(HttpListener listener)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
            probe.Stop();
            try
            {
                listener.Prefixes.Clear();
                listener.Prefixes.Add(url + "/");
                listener.Start();
                return url;
            }
            catch (HttpListenerException) when (attempt < 20)
            {
            }
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
            context.Response.Abort();
        }
    }
}
