using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using GlanceStore.Conformance;

namespace GlanceStore.ImageService.Tests;

/// <summary>The Keystone of <c>tests/servers/keystone</c>.</summary>
internal static class RealKeystone
{
    private static readonly int Port = int.Parse(
        Environment.GetEnvironmentVariable("GLANCESTORE_KEYSTONE_PORT") is { Length: > 0 } port ? port : "18500", CultureInfo.InvariantCulture);

    private const int Attempts = 5;

    private static readonly HttpClient Http = new();

    public static string Url { get; } = $"http://127.0.0.1:{Port}";

    /// <summary>The settings of a service that asks a Keystone who its callers are.</summary>
    public static string[] SettingsFor(string url) =>
    [
        "ImageService:Auth:Mode=keystone", $"ImageService:Auth:Keystone:Url={url}", "ImageService:Auth:Keystone:Username=glance",
        "ImageService:Auth:Keystone:Password=glancepass", "ImageService:Auth:Keystone:Project=service",
    ];

    public static async Task RequireAsync()
    {
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync("127.0.0.1", Port);
        }
        catch (SocketException)
        {
            SkippedServers.Skip("keystone", $"nothing listens at {Url}; start it with tests/servers/keystone/server start");
        }
    }

    public static async Task<string> TokenAsync(string user, string password, string project)
    {
        var domain = new JsonObject { ["name"] = "Default" };
        var body = new JsonObject
        {
            ["auth"] = new JsonObject
            {
                ["identity"] = new JsonObject
                {
                    ["methods"] = new JsonArray("password"),
                    ["password"] = new JsonObject { ["user"] = new JsonObject { ["name"] = user, ["password"] = password, ["domain"] = domain.DeepClone() } },
                },
                ["scope"] = new JsonObject { ["project"] = new JsonObject { ["name"] = project, ["domain"] = domain } },
            },
        };
        using var answer = await SendAsync(HttpMethod.Post, "auth/tokens", null, body);
        return answer.Headers.GetValues("X-Subject-Token").Single();
    }

    public static async Task RevokeAsync(string token) =>
        (await SendAsync(HttpMethod.Delete, "auth/tokens", token, null, ("X-Subject-Token", token))).Dispose();

    /// <summary>Asks Keystone for something; null where it answers without a body.</summary>
    public static async Task<JsonObject?> CallAsync(HttpMethod method, string path, string token, JsonObject? body = null)
    {
        using var answer = await SendAsync(method, path, token, body);
        return await answer.Content.ReadAsStringAsync() is { Length: > 0 } text ? JsonNode.Parse(text)!.AsObject() : null;
    }

    /// <summary>A user of the project <c>other</c>, with a token for it.</summary>
    public static async Task<(string Project, string Token)> OtherAsync()
    {
        const string Name = "image-service-test";
        var admin = await TokenAsync("admin", "admin", "admin");
        var project = await IdAsync("projects", "name=other", admin);
        var role = await IdAsync("roles", "name=member", admin);
        var known = (await CallAsync(HttpMethod.Get, $"users?name={Name}", admin))!["users"]!.AsArray();
        var user = known.Count > 0 ? known[0] : (await CallAsync(HttpMethod.Post, "users", admin, new JsonObject
        {
            ["user"] = new JsonObject { ["name"] = Name, ["password"] = Name, ["domain_id"] = "default" },
        }))!["user"];
        await CallAsync(HttpMethod.Put, $"projects/{project}/users/{user!["id"]}/roles/{role}", admin);
        return (project, await TokenAsync(Name, Name, "other"));
    }

    private static async Task<string> IdAsync(string kind, string query, string token) => (string)(await CallAsync(HttpMethod.Get, $"{kind}?{query}", token))![kind]![0]!["id"]!;

    // Debian's uwsgi resets a connection now and then, and has done nothing then.
    private static async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? token, JsonObject? body, params (string Name, string Value)[] headers)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var request = new HttpRequestMessage(method, $"{Url}/v3/{path}");
            request.Headers.ConnectionClose = true;
            request.Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            foreach (var (name, value) in token is null ? headers : [.. headers, ("X-Auth-Token", token)])
            {
                request.Headers.Add(name, value);
            }

            try
            {
                return (await Http.SendAsync(request)).EnsureSuccessStatusCode();
            }
            catch (HttpRequestException e) when (e.StatusCode is null && attempt < Attempts)
            {
            }
        }
    }
}
