using System.Text.Json.Nodes;
using GlanceStore.Conformance;

namespace GlanceStore.ImageService.Tests;

/// <summary>What Nova and Cinder do with images, done by their own modules of Debian's packages <c>python3-nova</c> and <c>python3-cinder</c>.</summary>
[TestClass]
public sealed class OpenStackServiceTests
{
    private const string Python = "/usr/bin/python3";
    private const string QemuImg = "/usr/bin/qemu-img";
    private const int DiskBytes = 2 << 20;

    [TestMethod]
    public async Task Nova_uploads_snapshots_lists_downloads_updates_copies_and_deletes_images()
    {
        await RealKeystone.RequireAsync();
        await using var service = await RunningService.StartAsync([.. RealKeystone.SettingsFor(RealKeystone.Url), "ImageService:ShowImageDirectUrl=true"]);
        var (project, other) = await RealKeystone.OtherAsync();
        var told = await RunAsync(service, "nova", await RealKeystone.TokenAsync("demo", "demopass", "demo"), other, await RealKeystone.TokenAsync("admin", "admin", "admin"), project);
        var created = told["created"]!;
        Assert.AreEqual("active", (string?)created["status"]);
        Assert.AreEqual("qcow2", (string?)created["properties"]!["glancestore_format"]);
        Assert.StartsWith("file://", (string)created["locations"]![0]!["url"]!);
        AssertTold("""{"before": "queued", "seen_by_the_instances_owner": true, "after": "active", "disk_format": "raw", "size": 2097152, "kept": true, "image_state": "available"}""", told["snapshot"]);
        AssertTold("""{"status": "active", "size": 0, "disk_format": "qcow2", "snapshot_id": "s", "download": "ImageUnacceptable"}""", told["empty"]);
        AssertTold("""{"pages": [3, 3, 1], "in_order": true, "small_pages": 7, "by_property": 3, "active": ["base", "volumes"], "since": 7, "public": 0, "of_another": 0}""", told["list"]);
        AssertTold("""{"path": true, "file": true, "raw": true}""", told["download"]);
        var updated = told["update"]!;
        Assert.AreEqual("renamed", (string?)updated["name"]);
        Assert.AreEqual(2, (int)updated["min_disk"]!);
        AssertTold("""{"stores": "fast,cold", "again": "ImageBadRequest", "by_the_owner": "ImageNotAuthorized", "of_no_data": "ImageImportImpossible", "of_damaged_data": "ImageUnacceptable"}""", told["copy"]);
        AssertTold("""[["glancestore_format", "qcow2"], ["glancestore_safe", "true"], ["new", "2"]]""", told["purged_after_import"]);
        AssertTold("""{"damaged": "GlanceConnectionFailed", "foreign": "ImageNotFound", "absent": "ImageNotFound", "delete_of_a_member": "ImageNotAuthorized", "wrong_format": "Invalid", "protected": "ImageNotAuthorized", "deleted": "ImageNotFound", "deleted_again": "ImageNotFound"}""", told["refused"]);
    }

    [TestMethod]
    public async Task An_update_of_Nova_that_removes_what_it_does_not_name_leaves_what_the_service_found_out()
    {
        await using var service = await RunningService.StartAsync();
        var client = service.Client;
        var id = await client.StoreAsync([1, 2, 3]);
        (await client.PatchAsync(id, """[{"op": "add", "path": "/mine", "value": "1"}]""")).Is(200);
        var image = (await client.PatchAsync(id, """[{"op": "remove", "path": "/glancestore_format"}, {"op": "remove", "path": "/glancestore_safe"}, {"op": "remove", "path": "/mine"}]""")).Is(200).Json;
        Assert.AreEqual("raw", (string?)image["glancestore_format"]);
        Assert.IsFalse(image.ContainsKey("mine"));
        (await client.PatchAsync(id, """[{"op": "remove", "path": "/glancestore_other"}]""")).Is(403);
        (await client.PatchAsync(id, """[{"op": "replace", "path": "/glancestore_safe", "value": "false"}]""")).Is(403);
    }

    [TestMethod]
    public async Task Cinder_makes_images_of_volumes_and_volumes_of_images()
    {
        await RealKeystone.RequireAsync();
        await using var service = await RunningService.StartAsync([.. RealKeystone.SettingsFor(RealKeystone.Url), "ImageService:ShowImageDirectUrl=true"]);
        var (_, other) = await RealKeystone.OtherAsync();
        var told = await RunAsync(service, "cinder", await RealKeystone.TokenAsync("demo", "demopass", "demo"), other);
        AssertTold("""{"raw": true, "file": true}""", told["fetched"]);
        Assert.AreEqual("active", (string?)told["uploaded"]!["status"]);
        Assert.AreEqual("raw", (string?)told["uploaded"]!["format_found"]);
        Assert.AreEqual("qcow2", (string?)told["converted"]!["disk_format"]);
        AssertTold("""{"foreign": "ImageNotFound", "no_store": "Invalid", "uploaded_twice": "HTTPConflict", "deleted": "ImageNotFound"}""", told["refused"]);
    }

    private static async Task<JsonObject> RunAsync(RunningService service, string name, params string[] arguments)
    {
        var (found, _, errors) = await DebianProgram.TryAsync(Python, ["-c", $"import {name}.image.glance"], service.At(""));
        if (found != 0 || !File.Exists(QemuImg))
        {
            SkippedServers.Skip(name, $"install python3-{name} and qemu-utils: {errors}");
        }

        var folder = Directory.CreateDirectory(service.At(name)).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "base.raw"), SomeBytes.Of(DiskBytes));
        await DebianProgram.RunAsync(QemuImg, ["convert", "-f", "raw", "-O", "qcow2", "base.raw", "base.qcow2"], folder);
        var script = Path.Combine(AppContext.BaseDirectory, "Clients", $"{name}_images.py");
        return JsonNode.Parse(await DebianProgram.RunAsync(Python, [script, service.Address.AbsoluteUri.TrimEnd('/'), .. arguments, folder], folder))!.AsObject();
    }

    private static void AssertTold(string expected, JsonNode? told) =>
        Assert.IsTrue(JsonNode.DeepEquals(JsonNode.Parse(expected), told), $"{told?.ToJsonString()} is not {expected}");
}
