using System.Net.Sockets;

namespace GlanceStore.ImageService.Tests;

/// <summary>Tokens of a real Keystone, and of one that is not there.</summary>
[TestClass]
public sealed class KeystoneTests
{
    [TestMethod]
    public async Task Tokens_tell_their_project_and_roles_and_are_no_good_once_revoked()
    {
        await RealKeystone.RequireAsync();
        await using var service = await RunningService.StartAsync([.. RealKeystone.SettingsFor(RealKeystone.Url), "ImageService:Auth:Keystone:CacheTime=00:00:00"]);
        var demo = await RealKeystone.TokenAsync("demo", "demopass", "demo");
        var owner = service.ClientOf(demo);
        var id = await owner.StoreAsync([1, 2, 3]);
        var project = (await owner.GetAsync($"/v2/images/{id}")).Is(200)["owner"];
        Assert.MatchesRegex("^[0-9a-f]{32}$", project!);
        (await owner.PostAsync("/v2/images", """{"visibility": "public"}""")).Is(403);
        var reader = service.ClientOf(await RealKeystone.TokenAsync("nopriv", "noprivpass", "demo"));
        (await reader.DownloadAsync(id)).Is(200);
        (await reader.DeleteAsync($"/v2/images/{id}")).Is(403);
        var admin = service.ClientOf(await RealKeystone.TokenAsync("admin", "admin", "admin"));
        (await admin.PatchAsync(id, """[{"op": "replace", "path": "/visibility", "value": "public"}]""")).Is(200);
        var refused = (await service.ClientOf("gAAAA-no-token").GetAsync("/v2/images")).Is(401);
        Assert.Contains($"Keystone uri=\"{RealKeystone.Url}\"", refused.Header("WWW-Authenticate")!);
        await RealKeystone.RevokeAsync(demo);
        (await owner.GetAsync("/v2/images")).Is(401);
    }

    [TestMethod]
    public async Task A_token_of_a_service_beside_a_user_s_is_asked_about_and_changes_nothing_of_who_that_is()
    {
        await RealKeystone.RequireAsync();
        await using var service = await RunningService.StartAsync(
            [.. RealKeystone.SettingsFor(RealKeystone.Url), "ImageService:Auth:Keystone:CacheTime=00:00:00", "ImageService:Auth:Keystone:ServiceTokenRoles=admin"]);
        var demo = await RealKeystone.TokenAsync("demo", "demopass", "demo");
        var glance = await RealKeystone.TokenAsync("glance", "glancepass", "service");
        (await StoresAsync(glance)).Is(403);
        (await StoresAsync("gAAAA-no-token")).Is(401);
        await RealKeystone.RevokeAsync(demo);
        (await StoresAsync(glance)).Is(401);

        Task<Answer> StoresAsync(string serviceToken) => service.ClientOf(demo).SendAsync(
            new HttpRequestMessage(HttpMethod.Get, "/v2/info/stores/detail") { Headers = { { "X-Service-Token", serviceToken } } });
    }

    [TestMethod]
    public async Task With_keystone_the_schema_has_the_stores_and_the_imports_that_Nova_waits_for()
    {
        await RealKeystone.RequireAsync();
        await using var service = await RunningService.StartAsync(RealKeystone.SettingsFor(RealKeystone.Url));
        var schema = (await service.ClientOf(await RealKeystone.TokenAsync("demo", "demopass", "demo")).GetAsync("/v2/schemas/image")).Is(200).Json;
        foreach (var name in new[] { "stores", "os_glance_importing_to_stores", "os_glance_failed_import" })
        {
            Assert.IsTrue((bool)schema["properties"]![name]!["readOnly"]!);
        }
    }

    [TestMethod]
    public async Task A_keystone_that_is_away_is_503_and_not_401()
    {
        using var nobody = new TcpListener(System.Net.IPAddress.Loopback, 0);
        nobody.Start();
        var address = $"http://{nobody.LocalEndpoint}";
        nobody.Stop();
        await using var service = await RunningService.StartAsync(RealKeystone.SettingsFor(address));
        (await service.ClientOf("some-token").GetAsync("/v2/images")).Is(503);
        (await service.Client.GetAsync("/v2/images")).Is(401);
        (await service.Client.GetAsync("/healthcheck")).Is(200);
    }
}
