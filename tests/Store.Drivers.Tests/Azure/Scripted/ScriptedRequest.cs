using System.Net;

namespace GlanceStore.Drivers.Azure.Scripted;

/// <summary>A request with its body.</summary>
public sealed record ScriptedRequest(string Method, string PathAndQuery, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>The operation of Blob Storage, as far as tests tell them apart.</summary>
    public string Operation => (Method, Has("comp=blocklist"), Has("comp=block"), Has("restype=container")) switch
    {
        ("PUT", _, _, true) => "MakeContainer",
        ("PUT", true, _, _) => "Commit",
        ("PUT", _, true, _) => "Block",
        ("PUT", _, _, _) => "Put",
        ("GET", _, _, _) => "Get",
        ("HEAD", _, _, _) => "Head",
        _ => "Delete",
    };

    public string? Header(string name) => Headers.GetValueOrDefault(name.ToUpperInvariant());

    public static async Task<ScriptedRequest> ReadAsync(HttpListenerRequest request)
    {
        using var body = new MemoryStream();
        await request.InputStream.CopyToAsync(body);
        var headers = request.Headers.AllKeys.ToDictionary(name => name!.ToUpperInvariant(), name => request.Headers[name]!);
        return new ScriptedRequest(request.HttpMethod, request.RawUrl!, headers, body.ToArray());
    }

    private bool Has(string parameter) => PathAndQuery.Split('?', '&').Contains(parameter);
}
