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
    public async Task Glance_with_keystone_is_not_disturbed_by_the_stores_in_the_schema()
    {
        DebianProgram.Require("glance", "/usr/bin/glance");
        await RealKeystone.RequireAsync();
        await using var service = await RunningService.StartAsync(RealKeystone.SettingsFor(RealKeystone.Url));
        var schema = (await service.ClientOf(await RealKeystone.TokenAsync("demo", "demopass", "demo")).GetAsync("/v2/schemas/image")).Is(200).Json;
        Assert.IsTrue((bool)schema["properties"]!["stores"]!["readOnly"]!);
        Task<string> GlanceAsync(params string[] arguments) => DebianProgram.RunAsync("/usr/bin/glance",
            ["--os-auth-url", RealKeystone.Url + "/v3", "--os-username", "demo", "--os-password", "demopass", "--os-project-name", "demo", "--os-user-domain-name", "Default",
             "--os-project-domain-name", "Default", "--os-image-url", service.Address.AbsoluteUri.TrimEnd('/'), .. arguments], service.At(""));
        await File.WriteAllBytesAsync(service.At("disk"), SomeBytes.Of(1000));
        var id = Guid.NewGuid().ToString();
        await GlanceAsync("image-create", "--id", id, "--name", "first", "--disk-format", "raw", "--container-format", "bare", "--file", service.At("disk"));
        await GlanceAsync("image-update", "--name", "second", "--property", "p=1", id);
        var shown = await GlanceAsync("image-show", id);
        Assert.Contains("second", shown);
        Assert.Contains("fast", shown);
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
