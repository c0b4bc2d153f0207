using System.Collections.Concurrent;
using System.Net;

namespace GlanceStore.Drivers.Azure.Scripted;

/// <summary>Stands before Azurite in this process, hands every request on, and says something else wherever a test tells it to.</summary>
public sealed class ScriptedAzure : IAsyncDisposable
{
    // What belongs to one connection, or is written anew on the next.
    private static readonly string[] OfTheConnection = ["HOST", "CONNECTION", "KEEP-ALIVE", "TRANSFER-ENCODING", "EXPECT"];

    private readonly LoopbackHttp _http;
    private readonly HttpClient _azurite = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    public ScriptedAzure() => _http = new LoopbackHttp(AnswerAsync);

    public string Origin => _http.Url;

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

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        _azurite.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var request = await ScriptedRequest.ReadAsync(context.Request);
        Requests.Enqueue(request);
        var answer = await Script(request, () => HandOnAsync(request)) ?? await HandOnAsync(request);
        await answer.WriteAsync(context.Response, request.Method == "HEAD");
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
