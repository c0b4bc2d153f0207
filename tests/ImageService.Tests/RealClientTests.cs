using System.Text.Json;

namespace GlanceStore.ImageService.Tests;

/// <summary>The clients that people have: Debian's <c>openstack</c>, <c>glance</c> and <c>curl</c>.</summary>
[TestClass]
public sealed class RealClientTests
{
    private static RunningService _service = null!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context) => _service = await RunningService.StartAsync(Imports.FromLoopback);

    [ClassCleanup]
    public static async Task StopAsync() => await _service.DisposeAsync();

    [TestMethod]
    public async Task Openstack_creates_lists_changes_downloads_and_deletes_an_image()
    {
        DebianProgram.Require("openstack", "/usr/bin/openstack");
        var (file, back) = (_service.At("disk.raw"), _service.At("back.raw"));
        await File.WriteAllBytesAsync(file, SomeBytes.Of(3_000_000));
        Task<string> OpenstackAsync(string endpoint, params string[] arguments) => RunAsync("/usr/bin/openstack",
            ["--os-auth-type", "none", "--os-endpoint", _service.Address.AbsoluteUri.TrimEnd('/') + endpoint, "image", .. arguments]);
        await OpenstackAsync("", "create", "--disk-format", "raw", "--file", file, "--tag", "t", "--property", "os_distro=debian", "first");
        await OpenstackAsync("", "set", "--min-ram", "64", "--property", "os_version=12", "--tag", "u", "first");
        await OpenstackAsync("", "unset", "--tag", "t", "first");
        var shown = JsonDocument.Parse(await OpenstackAsync("", "show", "first", "-f", "json")).RootElement;
        Assert.AreEqual("active", shown.GetProperty("status").GetString());
        Assert.AreEqual(64, shown.GetProperty("min_ram").GetInt32());
        Assert.AreEqual("u", shown.GetProperty("tags")[0].GetString());
        await OpenstackAsync("", "save", "--file", back, "first");
        Assert.AreSequenceEqual(await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync(back));

        // An endpoint of the catalog may end in the version, or not.
        Assert.AreEqual("first", (await OpenstackAsync("/v2", "list", "--name", "first", "-f", "value", "-c", "Name")).Trim());
        await OpenstackAsync("/v2", "delete", "first");
    }

    [TestMethod]
    public async Task Glance_creates_lists_changes_downloads_and_deletes_an_image()
    {
        DebianProgram.Require("glance", "/usr/bin/glance");
        var (file, back) = (_service.At("glance.raw"), _service.At("glance-back.raw"));
        await File.WriteAllBytesAsync(file, SomeBytes.Of(2_000_000));
        Task<string> GlanceAsync(params string[] arguments) => RunAsync("/usr/bin/glance",
            ["--os-auth-token", "none", "--os-image-url", _service.Address.AbsoluteUri.TrimEnd('/'), .. arguments]);
        var id = Guid.NewGuid().ToString();
        await GlanceAsync("image-create", "--id", id, "--name", "second", "--disk-format", "raw", "--container-format", "bare", "--file", file, "--store", "cold");
        Assert.AreSequenceEqual(new[] { id }, _service.StoredIn("cold"));
        Assert.Contains(id, await GlanceAsync("image-list"));
        await GlanceAsync("image-update", "--property", "os_version=12", "--min-ram", "32", id);
        await GlanceAsync("image-tag-update", id, "t");
        Assert.Contains("os_version", await GlanceAsync("image-show", id));
        await GlanceAsync("image-update", "--remove-property", "os_version", id);
        Assert.DoesNotContain("os_version", await GlanceAsync("image-show", id));
        await GlanceAsync("image-deactivate", id);
        await GlanceAsync("image-reactivate", id);
        await GlanceAsync("image-download", "--file", back, id);
        Assert.AreSequenceEqual(await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync(back));
        Assert.Contains("cold", await GlanceAsync("stores-info"));
        await GlanceAsync("image-delete", id);
        Assert.IsEmpty(_service.StoredIn("cold"));
    }

    [TestMethod]
    public async Task Glance_makes_an_image_by_a_task()
    {
        DebianProgram.Require("glance", "/usr/bin/glance");
        using var web = Imports.Web(SomeBytes.Of(100_000));
        Task<string> GlanceAsync(params string[] arguments) => RunAsync("/usr/bin/glance",
            ["--os-auth-token", "none", "--os-image-url", _service.Address.AbsoluteUri.TrimEnd('/'), .. arguments]);
        var input = $$$"""{"import_from": "{{{web.Url}}}/disk", "import_from_format": "raw", "image_properties": {"name": "by-task", "disk_format": "raw", "container_format": "bare"}}""";
        Assert.Contains("import", await GlanceAsync("task-create", "--type", "import", "--input", input));
        var task = (await _service.Client.GetAsync("/v2/tasks?type=import")).Is(200).Json["tasks"]!.AsArray().Single()!;
        var id = (await _service.Client.GetAsync($"/v2/tasks/{task["id"]}")).Is(200)["image_id"]!;
        await Imports.EndAsync(_service, id);
        Assert.Contains("success", await GlanceAsync("task-show", (string)task["id"]!));
        Assert.Contains((string)task["id"]!, await GlanceAsync("task-list"));
        Assert.Contains("by-task", await GlanceAsync("image-show", id));
        await GlanceAsync("image-delete", id);
    }

    [TestMethod]
    public async Task Curl_uploads_from_a_file_and_from_a_pipe_and_sees_where_a_damaged_image_ends()
    {
        DebianProgram.Require("curl", "/usr/bin/curl");
        var file = _service.At("curl.raw");
        await File.WriteAllBytesAsync(file, SomeBytes.Of(2_000_000));
        foreach (var source in new[] { file, "-" })
        {
            var id = await _service.Client.CreateAsync();
            var url = new Uri(_service.Address, $"/v2/images/{id}/file").AbsoluteUri;
            await RunAsync("/bin/sh", ["-c", $"curl -sSf -H 'Content-Type: application/octet-stream' -T {source} {url} < {file}"]);
            var downloaded = await RunAsync("/bin/sh", ["-c", $"curl -sSf {url} | cmp - {file} && echo same"]);
            Assert.AreEqual("same", downloaded.Trim());
            await RunAsync("/bin/sh", ["-c", $"printf x | dd of={_service.At("fast")}/{id} bs=1 seek=1999999 conv=notrunc status=none"]);

            // Less than was announced, or a connection that was reset: which of the two depends on what was still on its way.
            Assert.Contains((await RunAsync("/bin/sh", ["-c", $"curl -s -o /dev/null {url}; echo $?"])).Trim(), new[] { "18", "56" });
            (await _service.Client.DeleteAsync($"/v2/images/{id}")).Is(204);
        }
    }

    private static Task<string> RunAsync(string program, string[] arguments) => DebianProgram.RunAsync(program, arguments, _service.At(""));
}
