using GlanceStore.ImageService.Transfers;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.ImageService.Tests;

/// <summary>Imports: staged, from the web, to further stores; by one worker, by another one after it.</summary>
public abstract class ImportTests : DatabaseTests
{
    private protected override string[] Settings => Imports.FromLoopback;

    [TestMethod]
    public async Task Staged_data_become_an_image_in_all_stores_that_are_named_and_are_gone_from_staging()
    {
        var data = SomeBytes.Of(500_000);
        var id = await Client.CreateAsync();
        (await Client.PostAsync($"/v2/images/{id}/import", Imports.Direct)).Is(409);
        (await StageAsync(id, data)).Is(204);
        Assert.AreEqual("uploading", await Client.StatusOfAsync(id));
        (await StageAsync(id, data)).Is(409);
        (await Client.UploadAsync(id, data)).Is(409);
        (await Client.PostAsync($"/v2/images/{id}/import", """{"method": {"name": "glance-direct"}, "all_stores": true}""")).Is(202);
        await EndAsync(id);
        var image = (await Client.GetAsync($"/v2/images/{id}")).Json;
        Assert.AreEqual("active", (string?)image["status"]);
        Assert.AreEqual("cold,fast", string.Join(',', ((string)image["stores"]!).Split(',').Order(StringComparer.Ordinal)));
        Assert.AreEqual("", (string?)image["os_glance_importing_to_stores"]);
        Assert.AreEqual("", (string?)image["os_glance_failed_import"]);
        Assert.IsFalse(image.ContainsKey("os_glance_import_task"));
        Assert.AreSequenceEqual(data, (await Client.DownloadAsync(id)).Is(200).Body);
        await RecoverAsync();
        Assert.IsEmpty(Service.StoredIn("hidden"));
        var task = (await Client.GetAsync($"/v2/images/{id}/tasks")).Is(200).Json["tasks"]!.AsArray().Single()!;
        Assert.AreEqual("success", (string?)task["status"]);
        Assert.AreEqual(id, (string?)task["result"]!["image_id"]);
        Assert.AreEqual(task["id"]!.ToString(), (await Client.GetAsync($"/v2/tasks/{task["id"]}")).Is(200)["id"]);
    }

    [TestMethod]
    public async Task An_image_comes_from_the_web_and_a_failed_one_says_why_and_is_queued_again()
    {
        var data = SomeBytes.Of(300_000);
        using var web = Imports.Web(data);
        var id = await Client.CreateAsync();
        (await Client.PostAsync($"/v2/images/{id}/import", Imports.WebDownload(web.Url + "/absent"))).Is(202);
        await EndAsync(id);
        Assert.AreEqual("queued", await Client.StatusOfAsync(id));
        var failed = (await Client.GetAsync($"/v2/images/{id}/tasks")).Json["tasks"]![0]!;
        Assert.AreEqual("failure", (string?)failed["status"]);
        Assert.Contains("absent", (string)failed["message"]!);
        Assert.AreEqual("fast", (await Client.GetAsync($"/v2/images/{id}"))["os_glance_failed_import"]);
        (await Client.PostAsync($"/v2/images/{id}/import", Imports.WebDownload(web.Url + "/disk"))).Is(202);
        await EndAsync(id);
        Assert.AreEqual("active", await Client.StatusOfAsync(id));
        Assert.AreSequenceEqual(data, (await Client.DownloadAsync(id)).Body);
    }

    [TestMethod]
    public async Task No_task_tells_what_opens_the_address_of_its_image()
    {
        using var web = Imports.Web(SomeBytes.Of(1000));
        var signed = web.Url.Replace("://", "://alice:pass-word@", StringComparison.Ordinal);
        foreach (var path in new[] { "/disk?signature=let-me-in", "/absent?signature=let-me-in" })
        {
            var id = await Client.CreateAsync();
            (await Client.PostAsync($"/v2/images/{id}/import", Imports.WebDownload(signed + path))).Is(202);
            await EndAsync(id);
            var made = (await Client.PostAsync("/v2/tasks", Imports.MakingOf(signed + path, "raw"))).Is(201);
            await EndAsync(made["image_id"]!);
            foreach (var told in new[] { $"/v2/images/{id}/tasks", $"/v2/tasks/{made["id"]}", $"/v2/images/{id}" })
            {
                var text = (await Client.GetAsync(told)).Is(200).Text;
                Assert.DoesNotContain("let-me-in", text);
                Assert.DoesNotContain("pass-word", text);
            }

            Assert.AreEqual(path.StartsWith("/disk", StringComparison.Ordinal) ? "active" : "queued", await Client.StatusOfAsync(id));
        }
    }

    [TestMethod]
    public async Task What_comes_from_the_web_has_the_digest_that_was_given_or_is_nowhere()
    {
        var data = SomeBytes.Of(300_000);
        using var web = Imports.Web(data);
        var id = await Client.CreateAsync();
        (await Client.PostAsync($"/v2/images/{id}/import", Imports.WebDownload(web.Url + "/disk", $$"""
            , "os_hash_algo": "sha256", "os_hash_value": "{{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([1]))}}"
            """))).Is(202);
        await EndAsync(id);
        Assert.AreEqual("queued", await Client.StatusOfAsync(id));
        Assert.Contains("has not the digest that was given (sha256:", (string)(await Client.GetAsync($"/v2/images/{id}/tasks")).Json["tasks"]![0]!["message"]!);
        Assert.IsEmpty(Service.StoredIn("fast"));
        (await Client.PostAsync($"/v2/images/{id}/import", Imports.WebDownload(web.Url + "/disk", $$"""
            , "checksum": "{{Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(data))}}", "os_hash_value": "{{Convert.ToHexStringLower(System.Security.Cryptography.SHA512.HashData(data))}}"
            """))).Is(202);
        await EndAsync(id);
        Assert.AreEqual("active", await Client.StatusOfAsync(id));
    }

    [TestMethod]
    public async Task Each_of_many_tasks_is_done_once_by_one_of_several_processes()
    {
        await using var another = await Service.StartAnotherAsync();
        string[] ids = [.. await Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
        {
            var id = await Client.CreateAsync();
            (await StageAsync(id, SomeBytes.Of(100_000, i))).Is(204);
            return id;
        }))];
        await Task.WhenAll(ids.Select(async (id, i) => (await (i % 2 == 0 ? Client : another.Client).PostAsync($"/v2/images/{id}/import", Imports.Direct)).Is(202)));
        for (var i = 0; i < ids.Length; i++)
        {
            await EndAsync(ids[i]);
            Assert.AreSequenceEqual(SomeBytes.Of(100_000, i), (await another.Client.DownloadAsync(ids[i])).Is(200).Body);
        }

        Assert.AreEqual(12, await Service.Database.ReadAsync(
            session => session.FindAsync<long>("SELECT COUNT(*) FROM tasks WHERE status = 'success' AND attempts = 1"), CancellationToken.None));
        Assert.IsEmpty(Service.StoredIn("hidden"));
    }

    [TestMethod]
    public async Task An_import_that_is_not_of_its_form_is_refused()
    {
        var id = await Client.CreateAsync();
        foreach (var (body, status) in new[]
        {
            ("{}", 400),
            ("[]", 400),
            ("""{"method": {}}""", 400),
            ("""{"method": {"name": "glance-download"}}""", 400),
            ("""{"method": {"name": "web-download"}}""", 400),
            ("""{"method": {"name": "web-download", "uri": "file:///etc/passwd"}}""", 400),
            ("""{"method": {"name": "web-download", "uri": "http://x.example.org/", "checksum": "12"}}""", 400),
            ("""{"method": {"name": "web-download", "uri": "http://x.example.org/", "os_hash_algo": "sha512"}}""", 400),
            ("""{"method": {"name": "web-download", "uri": "http://x.example.org/", "os_hash_algo": "crc32", "os_hash_value": "12345678"}}""", 400),
            ("""{"method": {"name": "web-download", "uri": "http://x.example.org/"}, "stores": []}""", 400),
            ("""{"method": {"name": "web-download", "uri": "http://x.example.org/"}, "stores": ["nowhere"]}""", 409),
            ("""{"method": {"name": "web-download", "uri": "http://x.example.org/"}, "stores": ["hidden"]}""", 409),
            ("""{"method": {"name": "web-download", "uri": "http://x.example.org/"}, "stores": ["fast"], "all_stores": true}""", 400),
            ("""{"method": {"name": "web-download", "uri": "http://x.example.org/"}, "all_stores_must_succeed": "yes"}""", 400),
            ("""{"method": {"name": "copy-image"}}""", 400),
            ("""{"method": {"name": "copy-image"}, "stores": ["cold"]}""", 409),
        })
        {
            Assert.AreEqual(status, (int)(await Client.PostAsync($"/v2/images/{id}/import", body)).Status, body);
        }

        Assert.AreEqual("queued", await Client.StatusOfAsync(id));
        Assert.IsEmpty((await Client.GetAsync($"/v2/images/{id}/tasks")).Json["tasks"]!.AsArray());
        Assert.AreEqual("""["glance-direct","web-download","copy-image"]""", (await Client.GetAsync("/v2/info/import")).Json["import-methods"]!["value"]!.ToJsonString());
    }

    [TestMethod]
    public async Task A_copy_to_a_store_that_has_not_yet_removed_the_last_one_fails_instead_of_being_none()
    {
        var id = await Client.StoreAsync(SomeBytes.Of(1000));
        await Service.Database.WriteAsync(session => Locations.NoteAsync(session, id, Service.Stores["cold"].LocationOf(new ImageId(id)), "pending_delete"), CancellationToken.None);
        (await Client.PostAsync($"/v2/images/{id}/import", """{"method": {"name": "copy-image"}, "stores": ["cold"]}""")).Is(202);
        await EndAsync(id);
        var task = await Imports.LastTaskAsync(Service, id);
        Assert.AreEqual("failure", (string?)task["status"]);
        Assert.Contains("still to be removed", (string)task["message"]!);
        await RecoverAsync();
        (await Client.PostAsync($"/v2/images/{id}/import", """{"method": {"name": "copy-image"}, "stores": ["cold"]}""")).Is(202);
        await EndAsync(id);
        Assert.AreEqual("fast,cold", (await Client.GetAsync($"/v2/images/{id}"))["stores"]);
    }

    [TestMethod]
    public async Task Copies_go_to_further_stores_while_the_image_is_in_use()
    {
        var data = SomeBytes.Of(300_000);
        var id = await Client.StoreAsync(data);
        (await Client.PostAsync($"/v2/images/{id}/import", """{"method": {"name": "copy-image"}, "stores": ["fast"]}""")).Refuses(400, "already present");
        (await Client.PostAsync($"/v2/images/{id}/import", """{"method": {"name": "copy-image"}, "stores": ["cold"]}""")).Is(202);
        await EndAsync(id);
        Assert.AreEqual("fast,cold", (await Client.GetAsync($"/v2/images/{id}"))["stores"]);
        File.Delete(Service.At($"fast/{id}"));
        Assert.AreSequenceEqual(data, (await Client.DownloadAsync(id)).Is(200).Body);
    }

    [TestMethod]
    public async Task What_is_staged_and_refused_by_inspection_is_nowhere()
    {
        var id = await Client.CreateAsync("\"disk_format\": \"qcow2\", \"container_format\": \"bare\"");
        (await StageAsync(id, Qcow2.WithBackingFile("/etc/passwd"))).Refuses(400, "backing_file");
        Assert.AreEqual("queued", await Client.StatusOfAsync(id));
        Assert.IsEmpty(Service.StoredIn("hidden"));
        using var web = Imports.Web(SomeBytes.Of(1000));
        (await Client.PostAsync($"/v2/images/{id}/import", Imports.WebDownload(web.Url + "/disk"))).Is(202);
        await EndAsync(id);
        Assert.AreEqual("queued", await Client.StatusOfAsync(id));
        Assert.IsEmpty(Service.StoredIn("fast"));
        Assert.Contains("its format is raw", (string)(await Client.GetAsync($"/v2/images/{id}/tasks")).Json["tasks"]![0]!["message"]!);
    }

    [TestMethod]
    public async Task Of_many_imports_of_one_image_one_is_taken()
    {
        var id = await Client.CreateAsync();
        (await StageAsync(id, SomeBytes.Of(1000))).Is(204);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Client.PostAsync($"/v2/images/{id}/import", Imports.Direct)));
        Assert.AreEqual(1, answers.Count(answer => (int)answer.Status == 202), string.Join(' ', answers.Select(answer => answer.Status)));
        await EndAsync(id);
        Assert.AreEqual("active", await Client.StatusOfAsync(id));
        Assert.HasCount(1, (await Client.GetAsync($"/v2/images/{id}/tasks")).Json["tasks"]!.AsArray());
    }

    [TestMethod]
    public async Task The_task_of_a_worker_that_was_killed_is_taken_up_and_what_it_left_is_no_obstacle()
    {
        var data = SomeBytes.Of(300_000);
        var id = await Client.CreateAsync();
        (await StageAsync(id, data)).Is(204);

        // As it is left by a worker that died after one of two stores had the image, in the middle of nowhere else.
        await Service.Stores["cold"].PutAsync(new ImageId(id), new MemoryStream([1, 2, 3]));
        await Service.Database.WriteAsync(async session =>
        {
            await session.ExecuteAsync(
                """
                INSERT INTO tasks (id, image_id, status, input, message, created_at, updated_at, claimed_by, lease_until, attempts)
                VALUES ('t', @id, 'processing', @input, '', 1, 1, 'dead', 1, 1)
                """,
                new { id, input = """{"method": "glance-direct", "uri": null, "stores": ["fast", "cold"], "must_all_succeed": true}""" });
            return await session.ExecuteAsync(
                "UPDATE images SET status = 'importing', upload_id = 'dead', upload_store = 'fast,cold', lease_until = 1 WHERE id = @id", new { id });
        }, CancellationToken.None);
        await EndAsync(id);
        Assert.AreEqual("active", await Client.StatusOfAsync(id));
        Assert.AreSequenceEqual(data, (await Client.DownloadAsync(id)).Is(200).Body);
        Assert.AreSequenceEqual(data, await File.ReadAllBytesAsync(Service.At($"cold/{id}")));
        Assert.IsEmpty(Service.StoredIn("hidden"));
    }

    [TestMethod]
    public async Task An_image_that_is_deleted_while_it_is_staged_or_waits_leaves_nothing()
    {
        var id = await Client.CreateAsync();
        (await StageAsync(id, SomeBytes.Of(1000))).Is(204);
        (await Client.DeleteAsync($"/v2/images/{id}")).Is(204);
        await RecoverAsync();
        Assert.IsEmpty(Service.StoredIn("hidden"));
    }

    private Task<Answer> StageAsync(string id, byte[] data) => Imports.StageAsync(Client, id, data);

    private Task RecoverAsync() => Service.Services.GetRequiredService<Recovery>().RunOnceAsync(CancellationToken.None);

    private Task EndAsync(string id) => Imports.EndAsync(Service, id);
}

[TestClass]
public sealed class SqliteImportTests : ImportTests
{
    [TestMethod]
    public async Task Where_nothing_is_set_web_download_reaches_no_other_port_and_no_private_network()
    {
        await using var service = await RunningService.StartAsync();
        var id = await service.Client.CreateAsync();
        (await service.Client.PostAsync($"/v2/images/{id}/import", Imports.WebDownload("http://x.example.org:8080/disk"))).Refuses(400, "does not pass filtering");
        foreach (var address in new[] { "10.255.255.1", "192.168.255.1", "100.64.0.1", "127.0.0.1" })
        {
            (await service.Client.PostAsync($"/v2/images/{id}/import", Imports.WebDownload($"http://{address}/disk"))).Is(202);
            await Imports.EndAsync(service, id);
            Assert.Contains("is at an address that this store may not connect to", (string)(await Imports.LastTaskAsync(service, id))["message"]!);
        }
    }
}

[TestClass]
public sealed class PostgreSqlImportTests : ImportTests
{
    private readonly PostgreSqlDatabase _database = new();

    private protected override Task<string[]> SettingsAsync() => _database.CreateAsync();

    private protected override Task ForgetAsync() => _database.DropAsync();
}
