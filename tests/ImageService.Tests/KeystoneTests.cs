using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using GlanceStore.Conformance;

namespace GlanceStore.ImageService.Tests;

/// <summary>Tokens of a real Keystone, and of one that is not there.</summary>
[TestClass]
public sealed class KeystoneTests
{
    private static readonly int Port = int.Parse(
        Environment.GetEnvironmentVariable("GLANCESTORE_KEYSTONE_PORT") is { Length: > 0 } port ? port : "18500", System.Globalization.CultureInfo.InvariantCulture);

    private static readonly string Url = $"http://127.0.0.1:{Port}";

    [TestMethod]
    public async Task Tokens_tell_their_project_and_roles_and_are_no_good_once_revoked()
    {
        await RequireAsync();
        await using var service = await RunningService.StartAsync([.. Settings(Url), "ImageService:Auth:Keystone:CacheTime=00:00:00"]);
        var demo = await TokenAsync("demo", "demopass", "demo");
        var owner = service.ClientOf(demo);
        var id = await owner.StoreAsync([1, 2, 3]);
        var project = (await owner.GetAsync($"/v2/images/{id}")).Is(200)["owner"];
        Assert.MatchesRegex("^[0-9a-f]{32}$", project!);
        (await owner.PostAsync("/v2/images", """{"visibility": "public"}""")).Is(403);
        var reader = service.ClientOf(await TokenAsync("nopriv", "noprivpass", "demo"));
        (await reader.DownloadAsync(id)).Is(200);
        (await reader.DeleteAsync($"/v2/images/{id}")).Is(403);
        var admin = service.ClientOf(await TokenAsync("admin", "admin", "admin"));
        (await admin.PatchAsync(id, """[{"op": "replace", "path": "/visibility", "value": "public"}]""")).Is(200);
        var refused = (await service.ClientOf("gAAAA-no-token").GetAsync("/v2/images")).Is(401);
        Assert.Contains($"Keystone uri=\"{Url}\"", refused.Header("WWW-Authenticate")!);
        await RevokeAsync(demo);
        (await owner.GetAsync("/v2/images")).Is(401);
    }

    [TestMethod]
    public async Task A_keystone_that_is_away_is_503_and_not_401()
    {
        using var nobody = new TcpListener(System.Net.IPAddress.Loopback, 0);
        nobody.Start();
        var address = $"http://{nobody.LocalEndpoint}";
        nobody.Stop();
        await using var service = await RunningService.StartAsync(Settings(address));
        (await service.ClientOf("some-token").GetAsync("/v2/images")).Is(503);
        (await service.Client.GetAsync("/v2/images")).Is(401);
        (await service.Client.GetAsync("/healthcheck")).Is(200);
    }

    private static string[] Settings(string url) =>
    [
        "ImageService:Auth:Mode=keystone", $"ImageService:Auth:Keystone:Url={url}", "ImageService:Auth:Keystone:Username=glance",
        "ImageService:Auth:Keystone:Password=glancepass", "ImageService:Auth:Keystone:Project=service",
    ];

    private static async Task<string> TokenAsync(string user, string password, string project)
    {
        using var http = new HttpClient();
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
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync($"{Url}/v3/auth/tokens", content);
        return answer.EnsureSuccessStatusCode().Headers.GetValues("X-Subject-Token").Single();
    }

    private static async Task RevokeAsync(string token)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"{Url}/v3/auth/tokens");
        request.Headers.Add("X-Auth-Token", token);
        request.Headers.Add("X-Subject-Token", token);
        (await http.SendAsync(request)).EnsureSuccessStatusCode();
    }

    private static async Task RequireAsync()
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
}
