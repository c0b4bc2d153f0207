using System.Collections.Concurrent;
using System.Net;

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

    private readonly LoopbackHttp _http;
    private readonly ScriptedObjects _objects;

    public ScriptedS3()
    {
        _objects = new ScriptedObjects(this);
        _http = new LoopbackHttp(AnswerAsync);
    }

    public string Endpoint => _http.Url;

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

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var request = await ScriptedRequest.ReadAsync(context.Request);
        Requests.Enqueue(request);
        var answer = Script(request) ?? Refusal(request) ?? _objects.Answer(request);
        await (request.Method == "HEAD" ? answer with { Length = answer.Length ?? 0 } : answer).WriteAsync(context.Response);
    }

    private static ScriptedAnswer? Refusal(ScriptedRequest request) =>
        request.Query.ContainsKey("X-Amz-Signature") ? null : ScriptedSignature.Fault(request, AccessKey, SecretKey);
}
