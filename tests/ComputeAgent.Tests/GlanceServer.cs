using System.Net;
using System.Security.Cryptography;
using System.Text;
using GlanceStore.Drivers.Testing;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>The part of Glance that a source asks: one image, and its bytes without a token.</summary>
internal sealed class GlanceServer : IDisposable
{
    private readonly LoopbackHttp _http;

    public GlanceServer() => _http = new LoopbackHttp(AnswerAsync);

    public string Url => _http.Url;

    /// <summary>What is told of the image, as members of a JSON object; and the status that it is told with.</summary>
    public string Members { get; set; } = "";

    public int Status { get; set; } = 200;

    /// <summary>Tokens that have ended.</summary>
    public HashSet<string> Ended { get; } = [];

    public byte[] Data { get; set; } = [];

    /// <summary>The tokens that came, in order.</summary>
    public List<string?> Tokens { get; } = [];

    /// <summary>The members that Glance has of bytes.</summary>
    public static string MembersOf(byte[] bytes) =>
        $"\"status\": \"active\", \"disk_format\": \"raw\", \"size\": {bytes.Length}, \"os_hash_algo\": \"sha512\", \"os_hash_value\": \"{Convert.ToHexStringLower(SHA512.HashData(bytes))}\"";

    public void Dispose() => _http.Dispose();

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var isData = context.Request.Url!.AbsolutePath.EndsWith("/file", StringComparison.Ordinal);
        if (!isData)
        {
            var token = context.Request.Headers["X-Auth-Token"];
            Tokens.Add(token);
            context.Response.StatusCode = token is not null && Ended.Contains(token) ? 401 : Status;
        }

        var body = isData ? Data : Encoding.UTF8.GetBytes($"{{{Members}}}");
        context.Response.ContentLength64 = body.Length;
        if (context.Request.HttpMethod != "HEAD")
        {
            await context.Response.OutputStream.WriteAsync(body);
        }

        context.Response.Close();
    }
}
