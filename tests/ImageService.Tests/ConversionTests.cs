using System.Security.Cryptography;
using System.Text.Json.Nodes;
using GlanceStore.ImageService.Imports;
using GlanceStore.ImageService.Transfers;

namespace GlanceStore.ImageService.Tests;

/// <summary>Images that become others: when they are imported, and by hand while they are in use.</summary>
public abstract class ConversionTests : DatabaseTests
{
    private const string ToRaw = """{"disk_format": "raw"}""";
    private const string Qcow2Bare = "\"disk_format\": \"qcow2\", \"container_format\": \"bare\"";

    private readonly QemuImg _qemu = new();

    // A disk with holes, and no multiple of a cluster.
    private static readonly byte[] Disk = [.. SomeBytes.Of(200_000), .. new byte[300_000], .. SomeBytes.Of(200_416, 2)];

    private protected override string[] Settings =>
        [.. Imports.FromLoopback, "ImageService:Conversion=raw", $"ImageService:QemuImg:StagingDirectory={_qemu.Staging}"];

    [TestCleanup]
    public void RemoveDisks() => _qemu.Dispose();

    [TestMethod]
    public async Task What_is_imported_becomes_raw_byte_for_byte_as_qemu_img_makes_it()
    {
        foreach (var (format, options) in new[] { ("qcow2", new[] { "-c" }), ("qcow2", []), ("vmdk", []), ("vhdx", []), ("vdi", []) })
        {
            var image = await _qemu.ConvertAsync(Disk, "raw", format, options);
            var id = await Client.CreateAsync($"\"disk_format\": \"{format}\", \"container_format\": \"bare\"");
            (await Imports.StageAsync(Client, id, image)).Is(204);
            (await Client.PostAsync($"/v2/images/{id}/import", """{"method": {"name": "glance-direct"}, "all_stores": true}""")).Is(202);
            await Imports.EndAsync(Service, id);
            await IsAsync(id, "raw", await _qemu.ConvertAsync(image, format, "raw"));
            Assert.AreSequenceEqual(await File.ReadAllBytesAsync(Service.At($"cold/{id}")), await File.ReadAllBytesAsync(Service.At($"fast/{id}")));
        }

        Assert.IsEmpty(Service.StoredIn("hidden"));
    }

    [TestMethod]
    public async Task What_comes_from_the_web_is_staged_converted_and_gone_from_staging()
    {
        using var web = Imports.Web(await _qemu.ConvertAsync(Disk, "raw", "qcow2"));
        var id = await Client.CreateAsync(Qcow2Bare);
        (await Client.PostAsync($"/v2/images/{id}/import", Imports.WebDownload(web.Url + "/absent"))).Is(202);
        await Imports.EndAsync(Service, id);
        Assert.AreEqual("queued", await Client.StatusOfAsync(id));
        (await Client.PostAsync($"/v2/images/{id}/import", Imports.WebDownload(web.Url + "/disk"))).Is(202);
        await Imports.EndAsync(Service, id);
        await IsAsync(id, "raw", Disk);
        Assert.IsEmpty(Service.StoredIn("hidden"));
    }

    [TestMethod]
    public async Task What_comes_from_the_web_is_held_against_the_digest_that_was_given_before_it_is_converted()
    {
        var image = await _qemu.ConvertAsync(Disk, "raw", "qcow2");
        using var web = Imports.Web(image);
        var id = await Client.CreateAsync(Qcow2Bare);
        foreach (var (digest, status) in new[] { (SHA256.HashData(Disk), "queued"), (SHA256.HashData(image), "active") })
        {
            (await Client.PostAsync($"/v2/images/{id}/import", Imports.WebDownload(web.Url + "/disk", $$"""
                , "os_hash_algo": "sha256", "os_hash_value": "{{Convert.ToHexStringLower(digest)}}"
                """))).Is(202);
            await Imports.EndAsync(Service, id);
            Assert.AreEqual(status, await Client.StatusOfAsync(id), (string?)(await Imports.LastTaskAsync(Service, id))["message"]);
            Assert.IsEmpty(Service.StoredIn("hidden"));
        }

        await IsAsync(id, "raw", Disk);
    }

    [TestMethod]
    public async Task Imports_that_convert_are_shared_by_processes_and_of_many_of_one_image_one_is_done_once()
    {
        await using var another = await Service.StartAnotherAsync();
        var image = await _qemu.ConvertAsync(Disk, "raw", "qcow2");
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            var id = await Client.CreateAsync(Qcow2Bare);
            (await Imports.StageAsync(Client, id, image)).Is(204);
            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => (i % 2 == 0 ? Client : another.Client).PostAsync($"/v2/images/{id}/import", Imports.Direct)));
            Assert.AreEqual(1, answers.Count(answer => (int)answer.Status == 202), string.Join(' ', answers.Select(answer => answer.Status)));
            await Imports.EndAsync(Service, id);
            await IsAsync(id, "raw", Disk);
        }));
        Assert.AreEqual(6, await Service.Database.ReadAsync(
            session => session.FindAsync<long>("SELECT COUNT(*) FROM tasks WHERE status = 'success' AND attempts = 1"), CancellationToken.None));
        Assert.IsEmpty(Service.StoredIn("hidden"));
    }

    [TestMethod]
    public async Task What_is_no_disk_or_of_that_format_already_is_stored_as_it_comes()
    {
        foreach (var members in new[] { "\"disk_format\": \"aki\", \"container_format\": \"aki\"", "\"disk_format\": \"raw\", \"container_format\": \"bare\"" })
        {
            var id = await Client.CreateAsync(members);
            (await Imports.StageAsync(Client, id, Disk)).Is(204);
            (await Client.PostAsync($"/v2/images/{id}/import", Imports.Direct)).Is(202);
            await Imports.EndAsync(Service, id);
            Assert.AreSequenceEqual(Disk, (await Client.DownloadAsync(id)).Is(200).Body);
            Assert.AreEqual("active", await Client.StatusOfAsync(id));
        }
    }

    [TestMethod]
    public async Task An_upload_is_not_converted()
    {
        var image = Qcow2.Empty(1 << 20);
        Assert.AreSequenceEqual(image, (await Client.DownloadAsync(await Client.StoreAsync(image, Qcow2Bare))).Is(200).Body);
    }

    [TestMethod]
    public async Task An_image_that_contradicts_itself_or_becomes_too_large_is_queued_again_and_says_why()
    {
        var damaged = Qcow2.Empty(1 << 20);
        damaged[(3 * 65536) + 7] = 0xff; // the table of tables leads beyond the end
        damaged[(3 * 65536) + 2] = 0xff;
        foreach (var (image, words) in new[] { (damaged, "damaged"), (Qcow2.Empty(2L << 40), "larger than is allowed") })
        {
            var id = await Client.CreateAsync(Qcow2Bare);
            (await Imports.StageAsync(Client, id, image)).Is(204);
            (await Client.PostAsync($"/v2/images/{id}/import", Imports.Direct)).Is(202);
            await Imports.EndAsync(Service, id);
            Assert.AreEqual("queued", await Client.StatusOfAsync(id));
            Assert.Contains(words, (string)(await Imports.LastTaskAsync(Service, id))["message"]!);
            Assert.IsEmpty(Service.StoredIn("fast"));
            Assert.IsEmpty(Service.StoredIn("hidden"));
        }
    }

    [TestMethod]
    public async Task By_hand_an_image_becomes_another_one_in_all_of_its_stores_and_nothing_else_is_left()
    {
        var id = await Client.StoreAsync(await _qemu.ConvertAsync(Disk, "raw", "qcow2"), Qcow2Bare);
        (await Client.PostAsync($"/v2/images/{id}/import", """{"method": {"name": "copy-image"}, "stores": ["cold"]}""")).Is(202);
        await Imports.EndAsync(Service, id);
        var task = (await Client.PostAsync($"/v2/images/{id}/actions/convert", ToRaw)).Is(202);
        Assert.AreEqual("api_image_convert", task["type"]);
        Assert.AreEqual("raw", (string?)task.Json["input"]!["import_req"]!["method"]!["disk_format"]);
        await Imports.EndAsync(Service, id);
        Assert.AreEqual("success", (string?)(await Imports.LastTaskAsync(Service, id))["status"]);
        await IsAsync(id, "raw", Disk);
        Assert.AreEqual("fast,cold", (await Client.GetAsync($"/v2/images/{id}"))["stores"]);
        foreach (var store in new[] { "fast", "cold" })
        {
            Assert.AreSequenceEqual(Disk, await File.ReadAllBytesAsync(Service.At($"{store}/{Service.StoredIn(store).Single()}")));
        }

        (await Client.PostAsync($"/v2/images/{id}/actions/convert", """{"disk_format": "vhdx"}""")).Is(202);
        await Imports.EndAsync(Service, id);
        await _qemu.IsDiskAsync(Disk, (await Client.DownloadAsync(id)).Is(200).Body, "vhdx");
        Assert.AreEqual("vhdx", (await Client.GetAsync($"/v2/images/{id}"))["glancestore_format"]);
        Assert.IsEmpty(Directory.EnumerateFileSystemEntries(_qemu.Staging));
        (await Client.DeleteAsync($"/v2/images/{id}")).Is(204);
        Assert.IsEmpty(Service.StoredIn("fast").Concat(Service.StoredIn("cold")));
    }

    [TestMethod]
    public async Task A_conversion_that_cannot_be_is_refused_in_one_sentence_and_changes_nothing()
    {
        var queued = await Client.CreateAsync(Qcow2Bare);
        var raw = await Client.StoreAsync(Disk);
        var kernel = await Client.StoreAsync(Disk, "\"disk_format\": \"aki\", \"container_format\": \"aki\"");
        var iso = await Client.CreateAsync("\"disk_format\": \"iso\", \"container_format\": \"bare\"");
        foreach (var (id, body, status, words) in new[]
        {
            (queued, ToRaw, 409, "queued"),
            (iso, ToRaw, 409, "queued"),
            (raw, ToRaw, 409, "raw already"),
            (kernel, ToRaw, 409, "container (aki)"),
            (raw, """{"disk_format": "iso"}""", 400, "not to that format"),
            (raw, """{"disk_format": 1}""", 400, "not a text"),
            (raw, """{"disk_format": "raw", "stores": ["cold"]}""", 400, "no other"),
            (raw, "{}", 400, "disk_format"),
            (raw, "[]", 400, "not a JSON object"),
            (raw, "{", 400, "not valid JSON"),
            (Guid.NewGuid().ToString(), ToRaw, 404, "No image"),
        })
        {
            (await Client.PostAsync($"/v2/images/{id}/actions/convert", body)).Refuses(status, words);
        }

        await IsAsync(raw, "raw", Disk);
        Assert.IsEmpty((await Client.GetAsync($"/v2/images/{raw}/tasks")).Json["tasks"]!.AsArray());
    }

    [TestMethod]
    public async Task Whoever_reads_an_image_while_it_is_converted_gets_the_one_or_the_other_whole()
    {
        var id = await Client.StoreAsync(await _qemu.ConvertAsync(Disk, "raw", "qcow2"), Qcow2Bare);
        using var ended = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() => ReadUntilAsync(id, ended.Token))).ToArray();
        foreach (var format in new[] { "raw", "vmdk", "raw", "qcow2", "raw" })
        {
            (await Client.PostAsync($"/v2/images/{id}/actions/convert", $$"""{"disk_format": "{{format}}"}""")).Is(202);
            await Imports.EndAsync(Service, id);
            Assert.AreEqual("success", (string?)(await Imports.LastTaskAsync(Service, id))["status"]);
        }

        await ended.CancelAsync();
        Assert.IsGreaterThan(0, (await Task.WhenAll(readers)).Sum());
        await IsAsync(id, "raw", Disk);
    }

    [TestMethod]
    public async Task The_conversion_of_a_worker_that_was_killed_is_done_again_and_what_it_left_is_gone()
    {
        var id = await Client.StoreAsync(await _qemu.ConvertAsync(Disk, "raw", "qcow2"), Qcow2Bare);
        var task = Guid.NewGuid().ToString();
        await Service.Stores["fast"].PutAsync(new ImageId(task), new MemoryStream([1, 2, 3]));
        await InsertAsync(id, task, "fast");
        await Imports.EndAsync(Service, id);
        await IsAsync(id, "raw", Disk);
        Assert.AreSequenceEqual(new[] { task }, Service.StoredIn("fast"));
    }

    [TestMethod]
    public async Task The_conversion_of_an_image_that_was_deleted_meanwhile_leaves_nothing()
    {
        var id = await Client.StoreAsync(Qcow2.Empty(1 << 20), Qcow2Bare);
        (await Client.DeleteAsync($"/v2/images/{id}")).Is(204);
        var task = Guid.NewGuid().ToString();
        await Service.Stores["fast"].PutAsync(new ImageId(task), new MemoryStream([1, 2, 3]));
        await InsertAsync(id, task, "fast");
        await Imports.EndAsync(Service, id);
        Assert.IsEmpty(Service.StoredIn("fast"));
    }

    [TestMethod]
    public async Task An_image_that_lost_a_copy_before_its_conversion_stays_as_it_is()
    {
        var image = Qcow2.Empty(1 << 20);
        var id = await Client.StoreAsync(image, Qcow2Bare);
        await InsertAsync(id, Guid.NewGuid().ToString(), "fast", "cold");
        await Imports.EndAsync(Service, id);
        Assert.Contains("got or lost a copy", (string)(await Imports.LastTaskAsync(Service, id))["message"]!);
        await IsAsync(id, "qcow2", image);
        Assert.AreSequenceEqual(new[] { id }, Service.StoredIn("fast"));
        Assert.IsEmpty(Service.StoredIn("cold"));
    }

    // As it is left by a worker that died.
    private Task InsertAsync(string id, string task, params string[] stores) => Service.Database.WriteAsync(async session =>
    {
        foreach (var store in stores)
        {
            await Locations.NoteAsync(session, id, Service.Stores[store].LocationOf(new ImageId(task)), "converting");
        }

        var request = new ImportRequest(ImportRequest.Convert, null, stores, MustAllSucceed: true) { DiskFormat = "raw" };
        return await session.ExecuteAsync(
            """
            INSERT INTO tasks (id, type, image_id, status, input, message, created_at, updated_at, claimed_by, lease_until, attempts)
            VALUES (@task, 'api_image_convert', @id, 'processing', @input, '', 1, 1, 'dead', 1, 1)
            """,
            new { id, task, input = request.ToJson() });
    }, CancellationToken.None);

    // What an image tells of itself, and its data.
    private async Task IsAsync(string id, string format, byte[] data)
    {
        JsonObject image = (await Client.GetAsync($"/v2/images/{id}")).Is(200).Json;
        Assert.AreEqual("active", (string?)image["status"], id);
        Assert.AreEqual(format, (string?)image["disk_format"]);
        Assert.AreEqual(format, (string?)image["glancestore_format"]);
        Assert.AreEqual(data.Length, (long?)image["size"]);
        Assert.AreEqual(format == "raw" ? data.Length : 1 << 20, (long?)image["virtual_size"]);
        Assert.AreEqual(Convert.ToHexStringLower(MD5.HashData(data)), (string?)image["checksum"]);
        Assert.AreEqual(Convert.ToHexStringLower(SHA512.HashData(data)), (string?)image["os_hash_value"]);
        Assert.AreSequenceEqual(data, (await Client.DownloadAsync(id)).Is(200).Body);
    }

    // A download whose data are removed while it is under way ends before its end, and no other way; one that ends is what its header says.
    private async Task<int> ReadUntilAsync(string id, CancellationToken ended)
    {
        var whole = 0;
        while (!ended.IsCancellationRequested)
        {
            try
            {
                var answer = (await Client.DownloadAsync(id)).Is(200);
                Assert.AreEqual(answer.Header("Content-MD5"), Convert.ToHexStringLower(MD5.HashData(answer.Body)));
                whole++;
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // Cut, and seen to be.
            }
        }

        return whole;
    }
}

[TestClass]
public sealed class SqliteConversionTests : ConversionTests;

[TestClass]
public sealed class PostgreSqlConversionTests : ConversionTests
{
    private readonly PostgreSqlDatabase _database = new();

    private protected override Task<string[]> SettingsAsync() => _database.CreateAsync();

    private protected override Task ForgetAsync() => _database.DropAsync();
}
