using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace GlanceStore.Drivers.Azure.Scripted;

/// <summary>Stands before Azurite in this process, hands every request on, and says something else wherever a test tells it to.</summary>
public sealed class ScriptedAzure : IAsyncDisposable
{
    // What belongs to one connection, or is written anew on the next.
    private static readonly string[] OfTheConnection = ["HOST", "CONNECTION", "KEEP-ALIVE", "TRANSFER-ENCODING", "EXPECT"];

    private readonly HttpListener _listener = new();
    private readonly HttpClient _azurite = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    public ScriptedAzure()
    {
        Origin = Listen(_listener);
        _ = Task.Run(ServeAsync);
    }

    public string Origin { get; }

    public string Endpoint => $"{Origin}/{AzuriteServer.Account}";

    /// <summary>What goes wrong: given each request and what hands it on, an answer instead of Azurite's, or null.</summary>
    public Func<ScriptedRequest, Func<Task<ScriptedAnswer>>, Task<ScriptedAnswer?>> Script { get; set; } = (_, _) => Task.FromResult<ScriptedAnswer?>(null);

    public ConcurrentQueue<ScriptedRequest> Requests { get; } = new();

    /// <summary>The first so many requests of an operation are answered so.</summary>
    public void Answer(string operation, ScriptedAnswer answer, int times = int.MaxValue)
    {
        var left = times;
        Script = (request, _) => Task.FromResult(request.Operation == operation && Interlocked.Decrement(ref left) >= 0 ? answer : null);
    }

    public int CountOf(string operation) => Requests.Count(request => request.Operation == operation);

    // The loop is not waited for: a listener that is closed just when the next request is asked for never answers that.
    public ValueTask DisposeAsync()
    {
        _listener.Close();
        _azurite.Dispose();
        return ValueTask.CompletedTask;
    }

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
            var request = await ScriptedRequest.ReadAsync(context.Request);
            Requests.Enqueue(request);
            var answer = await Script(request, () => HandOnAsync(request)) ?? await HandOnAsync(request);
            await answer.WriteAsync(context.Response, request.Method == "HEAD");
        }
        catch (Exception e) when (e is HttpListenerException or HttpRequestException or IOException or ObjectDisposedException)
        {
            context.Response.Abort(); // one of the two sides went away
        }
    }

    private async Task<ScriptedAnswer> HandOnAsync(ScriptedRequest request)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(AzuriteServer.Url).GetLeftPart(UriPartial.Authority) + request.PathAndQuery);
        if (request.Method is "PUT" or "POST")
        {
            message.Content = new ByteArrayContent(request.Body);
        }

        foreach (var (name, value) in request.Headers.Where(header => !OfTheConnection.Contains(header.Key)))
        {
            _ = message.Headers.TryAddWithoutValidation(name, value) || (message.Content?.Headers.TryAddWithoutValidation(name, value) ?? false);
        }

        using var answer = await _azurite.SendAsync(message);
        var headers = answer.Headers.Concat(answer.Content.Headers)
            .Where(header => !OfTheConnection.Contains(header.Key.ToUpperInvariant()))
            .Where(header => request.Method == "HEAD" || header.Key != "Content-Length")
            .Select(header => KeyValuePair.Create(header.Key, string.Join(", ", header.Value)));
        return new ScriptedAnswer((int)answer.StatusCode, [.. headers], await answer.Content.ReadAsByteArrayAsync());
    }
}
