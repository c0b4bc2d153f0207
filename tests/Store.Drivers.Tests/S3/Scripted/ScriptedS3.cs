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

    /// <summary>Whether If-Match on DeleteObject is honoured, as AWS and Swift do, or ignored, as Ceph 16.2 does.</summary>
    public bool HonoursDeleteConditions { get; init; } = true;

    /// <summary>Whether a completed upload stays listed, and takes the object with it where it is aborted.</summary>
    public bool KeepsCompletedUploads { get; init; }

    /// <summary>Whether a checksum that is checked is not confirmed.</summary>
    public bool Silent { get; set; }

    /// <summary>Whether a completed upload is answered without its ETag, as Ceph 16.2 does.</summary>
    public bool HidesCompletedTags { get; set; }

    /// <summary>Which requests take effect and are not answered: the connection ends.</summary>
    public Func<ScriptedRequest, bool> Loses { get; set; } = _ => false;

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

    /// <summary>Stores an object behind the store's back.</summary>
    public void Store(string key, byte[] bytes) => _objects.Store(key, bytes);

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
        answer = Loses(request) ? ScriptedAnswer.Nothing : answer;
        await (request.Method == "HEAD" ? answer with { Length = answer.Length ?? 0 } : answer).WriteAsync(context.Response);
    }

    private static ScriptedAnswer? Refusal(ScriptedRequest request) =>
        request.Query.ContainsKey("X-Amz-Signature") ? null : ScriptedSignature.Fault(request, AccessKey, SecretKey);
}
