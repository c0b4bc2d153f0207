using System.Net;
using System.Text;

namespace GlanceStore.Drivers.S3.Scripted;

/// <summary>A request with its body.</summary>
public sealed record ScriptedRequest(string Method, string Path, string RawQuery, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>The query's names and values, decoded.</summary>
    public IReadOnlyDictionary<string, string> Query { get; } = RawQuery.TrimStart('?')
        .Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=', 2))
        .ToDictionary(pair => Uri.UnescapeDataString(pair[0]), pair => pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "");

    /// <summary>The S3 operation, as far as tests tell them apart.</summary>
    public string Operation => Query.ContainsKey("list-type") ? "ListObjects" : (Method, Query.ContainsKey("uploads"), Query.ContainsKey("uploadId"), Path.Trim('/').Contains('/')) switch
    {
        ("POST", true, _, _) => "Begin",
        ("GET", true, _, _) => "ListUploads",
        ("GET", _, true, _) => "ListParts",
        ("PUT", _, true, _) => Header("x-amz-copy-source") is null ? "Part" : "CopyPart",
        ("POST", _, true, _) => "Complete",
        ("DELETE", _, true, _) => "Abort",
        ("POST", _, _, false) => "Sts",
        ("PUT", _, _, true) => Header("x-amz-copy-source") is null ? "Put" : "Copy",
        ("GET", _, _, true) => "Get",
        ("HEAD", _, _, true) => "Head",
        ("DELETE", _, _, true) => "Delete",
        _ => Method + " bucket",
    };

    public string? Header(string name) => Headers.GetValueOrDefault(name.ToUpperInvariant());

    public static async Task<ScriptedRequest> ReadAsync(HttpListenerRequest request)
    {
        using var body = new MemoryStream();
        await request.InputStream.CopyToAsync(body);
        var headers = request.Headers.AllKeys.ToDictionary(name => name!.ToUpperInvariant(), name => request.Headers[name]!);
        var raw = request.RawUrl!.Split('?', 2);
        return new ScriptedRequest(request.HttpMethod, Uri.UnescapeDataString(raw[0]), raw.Length > 1 ? raw[1] : "", headers, body.ToArray());
    }
}

/// <summary>An answer; <see cref="SendBytes"/> below the body's length breaks it off.</summary>
public sealed record ScriptedAnswer(int Status, byte[] Body)
{
    public Dictionary<string, string> Headers { get; } = [];

    public int? SendBytes { get; init; }

    /// <summary>The length to declare, for a HEAD, whose body is not sent.</summary>
    public long? Length { get; init; }

    /// <summary>Awaited before the answer is sent: a test that never completes it has a server that hangs.</summary>
    public Task Before { get; init; } = Task.CompletedTask;

    public static ScriptedAnswer Error(int status, string code, params (string Name, string Value)[] headers) =>
        Xml(status, $"<Error><Code>{code}</Code><Message>scripted</Message><RequestId>request-1</RequestId></Error>", headers);

    public static ScriptedAnswer Xml(int status, string xml, params (string Name, string Value)[] headers)
    {
        var answer = new ScriptedAnswer(status, Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + xml));
        foreach (var (name, value) in headers)
        {
            answer.Headers[name] = value;
        }

        return answer;
    }

    /// <summary>No answer at all: the connection ends.</summary>
    public static ScriptedAnswer Nothing { get; } = new(0, []);

    public async Task WriteAsync(HttpListenerResponse response)
    {
        await Before;
        if (Status == 0)
        {
            throw new IOException("The connection ends here.");
        }

        response.StatusCode = Status;
        response.ContentType = "application/xml";
        response.Headers["x-amz-request-id"] = "request-1";
        foreach (var (name, value) in Headers)
        {
            response.Headers[name] = value;
        }

        response.ContentLength64 = Length ?? Body.Length;
        if (Length is null)
        {
            await response.OutputStream.WriteAsync(Body.AsMemory(0, SendBytes ?? Body.Length));
        }

        if (SendBytes is null)
        {
            response.Close();
        }
        else
        {
            await response.OutputStream.FlushAsync();
            response.Abort();
        }
    }
}
