using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace GlanceStore.Drivers.S3.Scripted;

/// <summary>
/// An S3 server in this process for what no real one here does: it checks signatures, every digest and checksum header, honours conditions on
/// PutObject and CompleteMultipartUpload, and fails wherever a test says so.
/// </summary>
public sealed class ScriptedS3 : IAsyncDisposable
{
    public const string AccessKey = "scripted-access";
    public const string SecretKey = "scripted-c4nary-secret";
    public const string Bucket = "scripted";

    private readonly HttpListener _listener = new();
    private readonly ScriptedObjects _objects;

    public ScriptedS3()
    {
        Endpoint = Listen(_listener);
        _objects = new ScriptedObjects(this);
        _ = Task.Run(ServeAsync);
    }

    public string Endpoint { get; }

    /// <summary>What goes wrong: given each request, an answer instead of the right one, or null.</summary>
    public Func<ScriptedRequest, ScriptedAnswer?> Script { get; set; } = _ => null;

    /// <summary>Whether a checksum header is checked and echoed, as AWS does, or ignored.</summary>
    public bool ChecksChecksums { get; init; } = true;

    /// <summary>Every request so far: method, then path and query.</summary>
    public ConcurrentQueue<ScriptedRequest> Requests { get; } = new();

    /// <summary>Objects and unfinished uploads.</summary>
    public IReadOnlyCollection<string> Everything => _objects.Names;

    public S3DriverOptions Options => new()
    {
        Endpoint = Endpoint,
        Bucket = Bucket,
        AccessKey = AccessKey,
        SecretKey = SecretKey,
        Preset = S3Preset.Find("aws"),
        MinPartBytes = 64 << 10,
    };

    public bool Corrupt(string key, long offset) => _objects.Corrupt(key, offset);

    public bool Truncate(string key, long size) => _objects.Truncate(key, size);

    // The loop is not waited for: a listener that is closed just when the next request is asked for never answers that.
    public ValueTask DisposeAsync()
    {
        _listener.Close();
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
            var answer = Script(request) ?? Refusal(request) ?? _objects.Answer(request);
            await (request.Method == "HEAD" ? answer with { Length = answer.Length ?? 0 } : answer).WriteAsync(context.Response);
        }
        catch (Exception e) when (e is HttpListenerException or IOException or ObjectDisposedException)
        {
            context.Response.Abort(); // the client went away
        }
    }

    private static ScriptedAnswer? Refusal(ScriptedRequest request) =>
        request.Query.ContainsKey("X-Amz-Signature") ? null : ScriptedSignature.Fault(request, AccessKey, SecretKey);
}
