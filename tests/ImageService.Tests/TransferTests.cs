using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using GlanceStore.ImageService.Transfers;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.ImageService.Tests;

/// <summary>The data of images: up, down, refused, damaged, raced for.</summary>
public abstract class TransferTests : DatabaseTests
{
    private protected override string[] Settings => ["ImageService:StallTimeout=00:00:02"];

    [TestMethod]
    public async Task An_image_comes_back_byte_for_byte_with_its_digests()
    {
        var data = SomeBytes.Of(1_000_000);
        var id = await Client.StoreAsync(data);
        var image = (await Client.GetAsync($"/v2/images/{id}")).Json;
        var md5 = Convert.ToHexStringLower(MD5.HashData(data));
        Assert.AreEqual("active", (string?)image["status"]);
        Assert.AreEqual(1_000_000, (long?)image["size"]);
        Assert.AreEqual(1_000_000, (long?)image["virtual_size"]);
        Assert.AreEqual(md5, (string?)image["checksum"]);
        Assert.AreEqual("sha512", (string?)image["os_hash_algo"]);
        Assert.AreEqual(Convert.ToHexStringLower(SHA512.HashData(data)), (string?)image["os_hash_value"]);
        Assert.AreEqual("fast", (string?)image["stores"]);
        Assert.AreEqual("raw", (string?)image["glancestore_format"]);
        Assert.AreSequenceEqual(new[] { id }, Service.StoredIn("fast"));
        var downloaded = (await Client.DownloadAsync(id)).Is(200);
        Assert.AreSequenceEqual(data, downloaded.Body);
        Assert.AreEqual(md5, downloaded.Header("Content-MD5"));
        Assert.AreEqual("1000000", downloaded.Header("Content-Length"));
        (await Client.DeleteAsync($"/v2/images/{id}")).Is(204);
        Assert.IsEmpty(Service.StoredIn("fast"));
    }

    [TestMethod]
    public async Task A_body_of_unknown_length_goes_to_the_store_that_is_asked_for()
    {
        var data = SomeBytes.Of(300_000);
        var id = await Client.CreateAsync();
        var body = new PausedContent(data, 1000);
        body.GoOn();
        (await Client.UploadAsync(id, body, "cold")).Is(204);
        Assert.AreSequenceEqual(new[] { id }, Service.StoredIn("cold"));
        Assert.AreEqual("cold", (await Client.GetAsync($"/v2/images/{id}"))["stores"]);
        Assert.AreSequenceEqual(data, (await Client.DownloadAsync(id)).Body);
    }

    [TestMethod]
    public async Task A_range_is_the_range_that_was_asked_for()
    {
        var data = SomeBytes.Of(200_000);
        var id = await Client.StoreAsync(data);
        foreach (var (range, first, last) in new[] { ("bytes=0-0", 0, 0), ("bytes=65530-131080", 65530, 131080), ("bytes=199999-", 199999, 199999), ("bytes=-5", 199995, 199999), ("bytes=150000-999999", 150000, 199999), ("bytes=-999999", 0, 199999) })
        {
            var part = (await Client.DownloadAsync(id, range)).Is(206);
            Assert.AreSequenceEqual(data[first..(last + 1)], part.Body, range);
            Assert.AreEqual($"bytes {first}-{last}/200000", part.Header("Content-Range"));
            Assert.IsNull(part.Header("Content-MD5"));
        }

        foreach (var range in new[] { "bytes=0-1,5-6", "bytes=b-a", "bytes=5-1", "bytes=-", "bytes=", "lines=0-1", "bytes=1-2-3", "bytes=0x1-2", "bytes=99999999999999999999-" })
        {
            (await Client.DownloadAsync(id, range)).Is(400);
        }

        Assert.AreEqual("bytes */200000", (await Client.DownloadAsync(id, "bytes=200000-")).Is(416).Header("Content-Range"));
        (await Client.DownloadAsync(id, "bytes=-0")).Is(416);
    }

    [TestMethod]
    public async Task Without_data_there_is_nothing_to_download()
    {
        var id = await Client.CreateAsync();
        Assert.IsEmpty((await Client.DownloadAsync(id)).Is(204).Body);
        (await Client.GetAsync($"/v2/images/{id}/receipt")).Is(404);

        // As nova makes them for servers that boot from volumes: of the first format in the schema, and empty.
        var empty = await Client.StoreAsync([], "\"disk_format\": \"qcow2\", \"container_format\": \"bare\"");
        Assert.AreEqual("active", await Client.StatusOfAsync(empty));
        (await Client.DownloadAsync(empty)).Is(204);
    }

    [TestMethod]
    public async Task An_upload_that_cannot_be_done_says_why()
    {
        (await Client.UploadAsync(await Client.CreateAsync(""), [1])).Refuses(400, "disk_format");
        var id = await Client.CreateAsync();
        (await Client.UploadAsync(id, new ByteArrayContent([1]), type: "text/plain")).Is(415);
        (await Client.UploadAsync(id, [1], "nowhere")).Refuses(400, "nowhere");
        (await Client.UploadAsync(id, [1], "hidden")).Refuses(400, "hidden");
        (await Client.UploadAsync(id, [1])).Is(204);
        (await Client.UploadAsync(id, [2])).Refuses(409, "active");
        Assert.AreSequenceEqual(new byte[] { 1 }, (await Client.DownloadAsync(id)).Body);
        Assert.IsEmpty(Service.StoredIn("hidden"));
    }

    [TestMethod]
    public async Task What_is_not_of_its_format_or_not_safe_is_refused_and_stored_nowhere()
    {
        var id = await Client.CreateAsync("\"disk_format\": \"qcow2\", \"container_format\": \"bare\"");
        (await Client.UploadAsync(id, SomeBytes.Of(200_000))).Refuses(400, "its format is raw");
        Assert.AreEqual("queued", await Client.StatusOfAsync(id));
        (await Client.UploadAsync(id, Qcow2.WithBackingFile("/etc/passwd"))).Refuses(400, "backing_file");
        Assert.AreEqual("queued", await Client.StatusOfAsync(id));
        Assert.IsEmpty(Service.StoredIn("fast"));
        (await Client.UploadAsync(id, Qcow2.Empty(1 << 30))).Is(204);
        var image = (await Client.GetAsync($"/v2/images/{id}")).Json;
        Assert.AreEqual(1L << 30, (long?)image["virtual_size"]);
        Assert.AreEqual("qcow2", (string?)image["glancestore_format"]);
        Assert.AreEqual("true", (string?)image["glancestore_safe"]);
    }

    [TestMethod]
    public async Task Of_many_uploads_of_one_image_one_is_stored_and_it_is_whole()
    {
        var id = await Client.CreateAsync();
        byte[][] bodies = [.. Enumerable.Range(0, 8).Select(i => SomeBytes.Of(400_000, i))];
        var answers = await Task.WhenAll(bodies.Select(body => Client.UploadAsync(id, body)));
        Assert.AreEqual(1, answers.Count(answer => (int)answer.Status == 204));
        Assert.AreEqual(7, answers.Count(answer => (int)answer.Status == 409), string.Join(' ', answers.Select(answer => answer.Status)));
        var winner = Array.FindIndex(answers, answer => (int)answer.Status == 204);
        Assert.AreSequenceEqual(bodies[winner], (await Client.DownloadAsync(id)).Is(200).Body);
        Assert.AreSequenceEqual(new[] { id }, Service.StoredIn("fast"));
    }

    [TestMethod]
    public async Task A_patch_while_data_are_uploaded_stands_when_the_upload_has_ended()
    {
        var id = await Client.CreateAsync("\"name\": \"before\", \"disk_format\": \"raw\", \"container_format\": \"bare\", \"x\": \"1\"");
        var body = new PausedContent(SomeBytes.Of(200_000), 100_000);
        var upload = Client.UploadAsync(id, body);
        await body.Begun;
        await StatusAsync(id, "saving");
        (await Client.PatchAsync(id,
            """[{"op": "replace", "path": "/name", "value": "after"}, {"op": "remove", "path": "/x"}, {"op": "add", "path": "/y", "value": "2"}, {"op": "replace", "path": "/visibility", "value": "public"}]""")).Is(200);
        (await Client.PutAsync($"/v2/images/{id}/tags/t")).Is(204);
        (await Client.PatchAsync(id, """[{"op": "replace", "path": "/disk_format", "value": "iso"}]""")).Is(403);
        body.GoOn();
        (await upload).Is(204);
        var image = (await Client.GetAsync($"/v2/images/{id}")).Json;
        Assert.AreEqual("active", (string?)image["status"]);
        Assert.AreEqual("after", (string?)image["name"]);
        Assert.AreEqual("2", (string?)image["y"]);
        Assert.IsFalse(image.ContainsKey("x"));
        Assert.AreEqual("public", (string?)image["visibility"]);
        Assert.AreEqual("""["t"]""", image["tags"]!.ToJsonString());
        Assert.AreEqual(200_000, (long?)image["size"]);
    }

    [TestMethod]
    public async Task An_image_that_is_deleted_while_its_data_are_uploaded_leaves_nothing()
    {
        var id = await Client.CreateAsync();
        var body = new PausedContent(SomeBytes.Of(200_000), 100_000);
        var upload = Client.UploadAsync(id, body);
        await body.Begun;
        await StatusAsync(id, "saving");
        (await Client.DeleteAsync($"/v2/images/{id}")).Is(204);
        (await Client.GetAsync($"/v2/images/{id}")).Is(404);
        body.GoOn();
        (await upload).Refuses(410, "was deleted");
        Assert.IsEmpty(Service.StoredIn("fast"));
        await Service.Services.GetRequiredService<Recovery>().RunOnceAsync(CancellationToken.None);
        Assert.AreEqual("deleted", await RowStatusAsync(id));
    }

    [TestMethod]
    public async Task A_client_that_goes_away_in_the_middle_leaves_the_image_queued_and_nothing_stored()
    {
        var id = await Client.CreateAsync();
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(Service.Address.Host, Service.Address.Port);
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                $"PUT /v2/images/{id}/file HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000000\r\n\r\n"));
            await socket.GetStream().WriteAsync(SomeBytes.Of(100_000));
            await StatusAsync(id, "saving");
        }

        await StatusAsync(id, "queued");
        Assert.IsEmpty(Service.StoredIn("fast"));
        (await Client.UploadAsync(id, SomeBytes.Of(5))).Is(204);
    }

    [TestMethod]
    public async Task A_client_that_sends_nothing_any_more_is_given_up()
    {
        var id = await Client.CreateAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(Service.Address.Host, Service.Address.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"PUT /v2/images/{id}/file HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000000\r\n\r\nabc"));
        var answer = new byte[12];
        await socket.GetStream().ReadExactlyAsync(answer);
        Assert.AreEqual("HTTP/1.1 408", Encoding.ASCII.GetString(answer));
        await StatusAsync(id, "queued");
    }

    [TestMethod]
    public async Task A_damaged_image_never_ends_as_if_it_were_whole()
    {
        var data = SomeBytes.Of(1_000_000);
        var id = await Client.StoreAsync(data);
        await DamageAsync(id, 900_000);
        await Assert.ThrowsAsync<HttpRequestException>(() => Client.DownloadAsync(id));
        Assert.AreSequenceEqual(data[..1000], (await Client.DownloadAsync(id, "bytes=0-999")).Is(206).Body);
        (await Client.DownloadAsync(id, "bytes=890000-910000")).Is(503);
        await DamageAsync(id, 10);
        (await Client.DownloadAsync(id)).Is(503);
        File.Delete(Service.At($"fast/{id}"));
        var missing = (await Client.DownloadAsync(id)).Is(503);
        Assert.DoesNotContain(Service.At(""), missing.Text);
        Assert.IsNull(missing.Header("Content-MD5"));
    }

    [TestMethod]
    public async Task An_image_damaged_soon_after_its_beginning_ends_the_connection_and_no_error_follows_its_bytes()
    {
        var data = SomeBytes.Of(1_000_000);
        var id = await Client.StoreAsync(data);
        await DamageAsync(id, 100_000);
        await Assert.ThrowsAsync<HttpRequestException>(() => Client.DownloadAsync(id));
        await Assert.ThrowsAsync<HttpRequestException>(() => Client.DownloadAsync(id, "bytes=60000-120000"));
        Assert.AreSequenceEqual(data[..60_000], (await Client.DownloadAsync(id, "bytes=0-59999")).Is(206).Body);
    }

    [TestMethod]
    public async Task A_download_goes_on_in_another_store_where_one_fails()
    {
        var data = SomeBytes.Of(1_000_000);
        var id = await Client.StoreAsync(data);
        await CopyToColdAsync(id);
        Assert.AreEqual("fast,cold", (await Client.GetAsync($"/v2/images/{id}"))["stores"]);
        await DamageAsync(id, 900_000);
        Assert.AreSequenceEqual(data, (await Client.DownloadAsync(id)).Is(200).Body);
        File.Delete(Service.At($"fast/{id}"));
        Assert.AreSequenceEqual(data[5..10], (await Client.DownloadAsync(id, "bytes=5-9")).Is(206).Body);
    }

    [TestMethod]
    public async Task A_copy_is_deleted_from_one_store_but_for_the_last_one()
    {
        var id = await Client.StoreAsync(SomeBytes.Of(1000));
        await CopyToColdAsync(id);
        (await Client.DeleteAsync($"/v2/stores/nowhere/{id}")).Is(409);
        (await Client.DeleteAsync($"/v2/stores/fast/{id}")).Is(204);
        Assert.IsEmpty(Service.StoredIn("fast"));
        Assert.AreEqual("cold", (await Client.GetAsync($"/v2/images/{id}"))["stores"]);
        (await Client.DeleteAsync($"/v2/stores/fast/{id}")).Refuses(403, "is not stored");
        (await Client.DeleteAsync($"/v2/stores/cold/{id}")).Refuses(403, "last copy");
        Assert.AreSequenceEqual(SomeBytes.Of(1000), (await Client.DownloadAsync(id)).Body);
    }

    [TestMethod]
    public async Task The_upload_of_a_process_that_was_killed_is_taken_back_and_nothing_of_it_stays()
    {
        var id = await Client.CreateAsync();

        // As it is left by a process that died between the store's commit and the database's.
        await Service.Stores["cold"].PutAsync(new ImageId(id), new MemoryStream(SomeBytes.Of(1000)));
        await ExecuteAsync("UPDATE images SET status = 'saving', upload_id = 'dead', upload_store = 'cold', lease_until = 1 WHERE id = @id", id);
        (await Client.UploadAsync(id, [1])).Is(409);
        await Service.Services.GetRequiredService<Recovery>().RunOnceAsync(CancellationToken.None);
        Assert.AreEqual("queued", await Client.StatusOfAsync(id));
        Assert.IsEmpty(Service.StoredIn("cold"));
        (await Client.UploadAsync(id, SomeBytes.Of(10), "cold")).Is(204);
    }

    [TestMethod]
    public async Task An_upload_that_was_thought_dead_removes_nothing_of_the_one_after_it()
    {
        var id = await Client.CreateAsync();
        var slow = new PausedContent(SomeBytes.Of(200_000, 1), 100_000);
        var first = Client.UploadAsync(id, slow);
        await slow.Begun;
        await StatusAsync(id, "saving");
        await ExecuteAsync("UPDATE images SET lease_until = 1 WHERE id = @id", id);
        await Service.Services.GetRequiredService<Recovery>().RunOnceAsync(CancellationToken.None);
        (await Client.UploadAsync(id, SomeBytes.Of(1000, 2))).Is(204);
        slow.GoOn();
        (await first).Is(409);
        Assert.AreSequenceEqual(SomeBytes.Of(1000, 2), (await Client.DownloadAsync(id)).Is(200).Body);
    }

    [TestMethod]
    public async Task What_an_upload_that_was_thought_dead_stored_after_all_is_in_the_way_once_only()
    {
        var id = await Client.CreateAsync();
        await Service.Stores["fast"].PutAsync(new ImageId(id), new MemoryStream(SomeBytes.Of(1000)));
        (await Client.UploadAsync(id, SomeBytes.Of(2000))).Refuses(409, "Try again");
        Assert.IsEmpty(Service.StoredIn("fast"));
        (await Client.UploadAsync(id, SomeBytes.Of(2000))).Is(204);
        Assert.HasCount(2000, (await Client.DownloadAsync(id)).Body);
    }

    [TestMethod]
    public async Task What_another_service_keeps_under_an_id_that_a_caller_chose_is_never_removed()
    {
        var id = Guid.NewGuid().ToString();
        foreach (var store in new[] { "fast", "cold" })
        {
            await File.WriteAllBytesAsync(Service.At($"{store}/{id}"), [1, 2, 3]);
        }

        await Client.CreateAsync($"\"id\": \"{id}\", \"disk_format\": \"raw\", \"container_format\": \"bare\"");
        for (var attempt = 0; attempt < 2; attempt++)
        {
            (await Client.UploadAsync(id, SomeBytes.Of(2000))).Refuses(409, "which are of no image here");
            (await Client.PostAsync($"/v2/images/{id}/import", """{"method": {"name": "web-download", "uri": "http://x.example.org/"}}""")).Refuses(409, "which are of no image here");
        }

        (await Client.DeleteAsync($"/v2/images/{id}")).Is(204);
        Assert.AreSequenceEqual(new[] { id }, Service.StoredIn("fast"));
        Assert.AreSequenceEqual(new[] { id }, Service.StoredIn("cold"));
    }

    [TestMethod]
    public async Task The_data_of_a_deleted_image_are_removed_once_their_store_is_there_again()
    {
        var id = await Client.StoreAsync(SomeBytes.Of(1000), "\"disk_format\": \"raw\", \"container_format\": \"bare\", \"tags\": [\"t\"]");
        await ExecuteAsync("UPDATE image_locations SET store = 'gone', url = 'sftp://gone.example.org/x' WHERE image_id = @id", id);
        (await Client.DeleteAsync($"/v2/images/{id}")).Is(204);
        (await Client.GetAsync($"/v2/images/{id}")).Is(404);
        Assert.AreEqual("pending_delete", await RowStatusAsync(id));
        await ExecuteAsync($"UPDATE image_locations SET store = 'fast', url = 'file://{Service.At("fast")}/' || image_id WHERE image_id = @id", id);
        await Service.Services.GetRequiredService<Recovery>().RunOnceAsync(CancellationToken.None);
        Assert.AreEqual("deleted", await RowStatusAsync(id));
        Assert.IsEmpty(Service.StoredIn("fast"));
    }

    [TestMethod]
    public async Task A_receipt_verifies_what_is_read_straight_from_the_store()
    {
        var data = SomeBytes.Of(500_000);
        var id = await Client.StoreAsync(data);
        var receipt = ImageReceipt.FromJson((await Client.GetAsync($"/v2/images/{id}/receipt")).Is(200).Text);
        await using var image = await Service.Stores.OpenReadAsync([receipt.Location], ReadOptions.Verify(receipt));
        using var copy = new MemoryStream();
        await image.CopyToAsync(copy);
        Assert.AreSequenceEqual(data, copy.ToArray());
        (await Client.GetAsync($"/v2/images/{id}/receipt?store=cold")).Is(404);
    }

    private async Task CopyToColdAsync(string id)
    {
        var receipt = ImageReceipt.FromJson((await Client.GetAsync($"/v2/images/{id}/receipt")).Is(200).Text);
        var copy = await Service.Stores.CopyAsync(receipt.Location, "cold", CopyOptions.Verify(receipt));
        await Service.Database.WriteAsync(session => Locations.AddAsync(session, id, copy.Receipt), CancellationToken.None);
    }

    private async Task DamageAsync(string id, int offset)
    {
        await using var file = File.Open(Service.At($"fast/{id}"), FileMode.Open, FileAccess.ReadWrite);
        file.Position = offset;
        var old = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)~old);
    }

    private Task ExecuteAsync(string sql, string id) => Service.Database.WriteAsync(session => session.ExecuteAsync(sql, new { id }), CancellationToken.None);

    private Task<string?> RowStatusAsync(string id) =>
        Service.Database.ReadAsync(session => session.FindAsync<string>("SELECT status FROM images WHERE id = @id", new { id }), CancellationToken.None);

    private async Task StatusAsync(string id, string status)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await RowStatusAsync(id) != status)
        {
            await Task.Delay(20, limit.Token);
        }
    }
}

[TestClass]
public sealed class SqliteTransferTests : TransferTests;

[TestClass]
public sealed class PostgreSqlTransferTests : TransferTests
{
    private readonly PostgreSqlDatabase _database = new();

    private protected override Task<string[]> SettingsAsync() => _database.CreateAsync();

    private protected override Task ForgetAsync() => _database.DropAsync();
}
