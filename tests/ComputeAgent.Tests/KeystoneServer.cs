using System.Net;
using System.Text.Json.Nodes;
using GlanceStore.Drivers.Testing;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>The part of Keystone that gives tokens, a new one to each login.</summary>
internal sealed class KeystoneServer : IDisposable
{
    private readonly LoopbackHttp _http;

    public KeystoneServer() => _http = new LoopbackHttp(AnswerAsync);

    public string Url => _http.Url;

    public string Password { get; set; } = "";

    /// <summary>The tokens that it gave, in order.</summary>
    public List<string> Tokens { get; } = [];

    public void Dispose() => _http.Dispose();

    private async Task AnswerAsync(HttpListenerContext context)
    {
        Assert.AreEqual("POST /v3/auth/tokens", $"{context.Request.HttpMethod} {context.Request.Url!.AbsolutePath}");
        using var reader = new StreamReader(context.Request.InputStream);
        var body = JsonNode.Parse(await reader.ReadToEndAsync())!["auth"]!;
        if ((string?)body["identity"]!["password"]!["user"]!["password"] != Password)
        {
            context.Response.StatusCode = 401;
        }
        else
        {
            Tokens.Add($"token-{Tokens.Count + 1}");
            context.Response.StatusCode = 201;
            context.Response.Headers["X-Subject-Token"] = Tokens[^1];
        }

        context.Response.Close();
    }
}
