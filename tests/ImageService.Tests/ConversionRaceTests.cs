using System.Text.Json.Nodes;
using GlanceStore.ImageService.Checking;
using GlanceStore.ImageService.Transfers;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.ImageService.Tests;

/// <summary>What else is done to an image while a conversion of it is under way, which waits in the middle until it is let go on.</summary>
public abstract class ConversionRaceTests : DatabaseTests
{
    private const string Convert = """{"disk_format": "qcow2"}""";
    private static readonly byte[] Disk = SomeBytes.Of(300_032);

    private readonly QemuImg _qemu = new();

    private protected override string[] Settings =>
        [$"ImageService:QemuImg:StagingDirectory={_qemu.Staging}", $"ImageService:QemuImg:Program={_qemu.PausedProgram()}", "ImageService:UploadLease=00:00:01", "ImageService:Conversion=qcow2"];

    [TestCleanup]
    public void RemoveDisks() => _qemu.Dispose();

    [TestMethod]
    public async Task What_is_patched_while_an_image_is_converted_stands_afterwards()
    {
        var (id, _) = await BeginAsync();
        (await Client.PatchAsync(id, """[{"op": "replace", "path": "/name", "value": "new"}, {"op": "add", "path": "/colour", "value": "red"}]""")).Is(200);
        (await Client.PutAsync($"/v2/images/{id}/tags/t")).Is(204);
        (await Client.PostAsync($"/v2/images/{id}/actions/deactivate")).Is(204);
        await EndAsync(id, "success");
        var image = (await Client.GetAsync($"/v2/images/{id}")).Json;
        Assert.AreEqual("new red deactivated qcow2", $"{image["name"]} {image["colour"]} {image["status"]} {image["disk_format"]}");
        Assert.AreEqual("t", (string?)image["tags"]![0]);
        await _qemu.IsDiskAsync(Disk, (await Client.DownloadAsync(id)).Is(200).Body, "qcow2");
    }

    [TestMethod]
    public async Task An_image_that_is_converted_is_read_as_it_was_and_given_no_other_data()
    {
        var (id, _) = await BeginAsync();
        Assert.AreSequenceEqual(Disk, (await Client.DownloadAsync(id)).Is(200).Body);
        (await Client.UploadAsync(id, Disk)).Is(409);
        (await Imports.StageAsync(Client, id, Disk)).Is(409);
        (await Client.PostAsync($"/v2/images/{id}/import", """{"method": {"name": "copy-image"}, "stores": ["cold"]}""")).Is(409);
        (await Client.PatchAsync(id, """[{"op": "replace", "path": "/disk_format", "value": "vdi"}]""")).Is(403);
        foreach (var answer in await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Client.PostAsync($"/v2/images/{id}/actions/convert", Convert))))
        {
            answer.Refuses(409, "converted already");
        }

        await EndAsync(id, "success");
        await _qemu.IsDiskAsync(Disk, (await Client.DownloadAsync(id)).Is(200).Body, "qcow2");
        Assert.HasCount(1, Service.StoredIn("fast"));
    }

    [TestMethod]
    public async Task Of_many_conversions_that_are_asked_for_at_once_one_is_done()
    {
        _qemu.GoOn();
        var id = await Client.StoreAsync(Disk);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Client.PostAsync($"/v2/images/{id}/actions/convert", Convert)));
        Assert.AreEqual(1, answers.Count(answer => (int)answer.Status == 202), string.Join(' ', answers.Select(answer => answer.Status)));
        await EndAsync(id, "success");
        Assert.AreEqual(0, await CheckAsync());
    }

    [TestMethod]
    public async Task An_image_that_is_deleted_while_it_is_converted_is_gone_and_nothing_of_either_is_left()
    {
        var (id, task) = await BeginAsync();
        (await Client.DeleteAsync($"/v2/images/{id}")).Is(204);
        _qemu.GoOn();
        await Imports.EndAsync(Service, id);
        await Service.Services.GetRequiredService<Recovery>().RunOnceAsync(CancellationToken.None);
        Assert.IsEmpty(Service.StoredIn("fast"));
        Assert.AreEqual("failure", (await Client.GetAsync($"/v2/tasks/{task}")).Is(200)["status"]);
        Assert.AreEqual(0, await CheckAsync());
    }

    [TestMethod]
    public async Task An_image_that_is_signed_while_it_is_converted_stays_what_was_signed()
    {
        var (id, _) = await BeginAsync();
        await SignAsync(id);
        Assert.Contains("signed while", await EndAsync(id, "failure"));
        await IsUntouchedAsync(id);
    }

    [TestMethod]
    public async Task An_image_that_is_signed_while_its_import_is_converted_is_not_given_what_nobody_signed()
    {
        var id = await Client.CreateAsync("\"disk_format\": \"raw\", \"container_format\": \"bare\"");
        (await Imports.StageAsync(Client, id, Disk)).Is(204);
        (await Client.PostAsync($"/v2/images/{id}/import", """{"method": {"name": "glance-direct"}, "all_stores": true}""")).Is(202);
        await _qemu.BegunAsync();
        await SignAsync(id);
        Assert.Contains("signed while", await EndAsync(id, "failure"));
        Assert.AreEqual("queued", await Client.StatusOfAsync(id));
        Assert.IsEmpty(Service.StoredIn("fast").Concat(Service.StoredIn("cold")).Concat(Service.StoredIn("hidden")));
        Assert.AreEqual(0, await CheckAsync());
    }

    [TestMethod]
    public async Task An_image_that_loses_a_copy_while_it_is_converted_stays_as_it_is()
    {
        var (id, _) = await BeginAsync("cold");
        (await Client.DeleteAsync($"/v2/stores/cold/{id}")).Is(204);
        Assert.Contains("got or lost a copy", await EndAsync(id, "failure"));
        await IsUntouchedAsync(id);
        Assert.IsEmpty(Service.StoredIn("cold"));
    }

    [TestMethod]
    public async Task What_a_conversion_has_stored_so_far_is_no_orphan_and_nobody_else_s_to_take()
    {
        var (id, task) = await BeginAsync();
        await Service.Stores["fast"].PutAsync(new ImageId(task), new MemoryStream([1, 2, 3]));
        Assert.AreEqual(0, await CheckAsync());
        (await Client.PostAsync("/v2/images", $$"""{"id": "{{task}}", "disk_format": "raw", "container_format": "bare"}""")).Is(409);

        // Those bytes are of no run of the task that lives: they go, and the conversion is begun anew.
        await EndAsync(id, "success");
        await _qemu.IsDiskAsync(Disk, (await Client.DownloadAsync(id)).Is(200).Body, "qcow2");
        Assert.HasCount(1, Service.StoredIn("fast"));
        Assert.AreEqual(0, await CheckAsync());
    }

    [TestMethod]
    public async Task A_conversion_that_another_process_took_over_is_done_once_whoever_else_goes_on_with_it()
    {
        var (id, task) = await BeginAsync();
        await using var another = await Service.StartAnotherAsync("ImageService:QemuImg:Program=qemu-img");
        await Service.Database.WriteAsync(session => session.ExecuteAsync("UPDATE tasks SET claimed_by = 'dead', lease_until = 1 WHERE id = @task", new { task }), CancellationToken.None);
        await EndAsync(id, "success");
        await _qemu.IsDiskAsync(Disk, (await Client.DownloadAsync(id)).Is(200).Body, "qcow2");
        Assert.HasCount(1, Service.StoredIn("fast"));
        Assert.AreEqual(0, await CheckAsync());
    }

    // An image in one store, or in two, whose conversion is in the middle.
    private async Task<(string Image, string Task)> BeginAsync(string? second = null)
    {
        var id = await Client.StoreAsync(Disk);
        if (second is not null)
        {
            (await Client.PostAsync($"/v2/images/{id}/import", $$$"""{"method": {"name": "copy-image"}, "stores": ["{{{second}}}"]}""")).Is(202);
            await Imports.EndAsync(Service, id);
        }

        var task = (await Client.PostAsync($"/v2/images/{id}/actions/convert", Convert)).Is(202)["id"]!;
        await _qemu.BegunAsync();
        return (id, task);
    }

    private async Task SignAsync(string id) =>
        (await Client.PatchAsync(id, """
            [{"op": "add", "path": "/img_signature", "value": "AAAA"}, {"op": "add", "path": "/img_signature_hash_method", "value": "SHA-256"},
             {"op": "add", "path": "/img_signature_key_type", "value": "RSA-PSS"}, {"op": "add", "path": "/img_signature_certificate_uuid", "value": "00000000-0000-0000-0000-000000000000"}]
            """)).Is(200);

    private async Task<string> EndAsync(string id, string status)
    {
        _qemu.GoOn();
        await Imports.EndAsync(Service, id);
        JsonNode task = await Imports.LastTaskAsync(Service, id);
        Assert.AreEqual(status, (string?)task["status"], (string?)task["message"]);
        return (string)task["message"]!;
    }

    private async Task IsUntouchedAsync(string id)
    {
        var image = (await Client.GetAsync($"/v2/images/{id}")).Json;
        Assert.AreEqual("active raw", $"{image["status"]} {image["disk_format"]}");
        Assert.AreSequenceEqual(Disk, (await Client.DownloadAsync(id)).Is(200).Body);
        Assert.AreSequenceEqual(new[] { id }, Service.StoredIn("fast"));
        Assert.AreEqual(0, await CheckAsync());
    }

    private Task<int> CheckAsync() =>
        CheckCommand.RunAsync(["db", "check", "--sample", "100%", .. Service.Arguments], TextWriter.Null, TextWriter.Null, CancellationToken.None);
}

[TestClass]
public sealed class SqliteConversionRaceTests : ConversionRaceTests;

[TestClass]
public sealed class PostgreSqlConversionRaceTests : ConversionRaceTests
{
    private readonly PostgreSqlDatabase _database = new();

    private protected override Task<string[]> SettingsAsync() => _database.CreateAsync();

    private protected override Task ForgetAsync() => _database.DropAsync();
}
