using System.Text.Json.Nodes;
using GlanceStore.ImageService.Events;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.ImageService.Tests.Events;

/// <summary>Events as consumers of a real RabbitMQ get them.</summary>
public abstract class RabbitMqTests : DatabaseTests
{
    private const string Direct = """{"method": {"name": "glance-direct"}, "stores": ["fast", "cold"]}""";

    private RabbitMqQueue _queue = null!;
    private ServerGate _gate = null!;

    private protected override string[] Settings => [.. _queue.Settings(_gate.Port), .. Imports.FromLoopback, "ImageService:UploadLease=00:00:02"];

    private protected override async Task<string[]> SettingsAsync()
    {
        _queue = await RabbitMqQueue.OpenAsync();
        _gate = new ServerGate(RabbitMqQueue.Port);
        _gate.Open();
        return [];
    }

    private protected override async Task ForgetAsync()
    {
        if (_queue is not null)
        {
            await _queue.DisposeAsync();
            _gate.Dispose();
        }
    }

    [TestMethod]
    public async Task The_life_of_an_image_is_told_in_the_order_and_the_words_of_glance()
    {
        var id = await Client.CreateAsync("\"name\": \"größte\", \"disk_format\": \"raw\", \"container_format\": \"bare\", \"tags\": [\"a\"], \"os_distro\": \"debian\"");
        (await Client.UploadAsync(id, SomeBytes.Of(100_000))).Is(204);
        (await Client.PatchAsync(id, """[{"op": "replace", "path": "/name", "value": "b"}]""")).Is(200);
        (await Client.PostAsync($"/v2/images/{id}/members", """{"member": "other"}""")).Is(200);
        (await Client.PutAsync($"/v2/images/{id}/members/other", """{"status": "accepted"}""")).Is(200);
        (await Client.DeleteAsync($"/v2/images/{id}/members/other")).Is(204);
        (await Client.PutAsync($"/v2/images/{id}/tags/b")).Is(204);
        (await Client.PostAsync($"/v2/images/{id}/actions/deactivate")).Is(204);
        (await Client.PostAsync($"/v2/images/{id}/actions/reactivate")).Is(204);
        (await Client.DownloadAsync(id)).Is(200);
        (await Client.DeleteAsync($"/v2/images/{id}")).Is(204);
        var told = await _queue.TakeUntilAsync(one => one.Type == "image.delete");
        Assert.AreEqual(
            "image.create, image.update, image.prepare, image.upload, image.activate, image.update, image.update, image.member.create, image.member.update, "
            + "image.member.delete, image.update, image.update, image.update, image.delete",
            string.Join(", ", told.Select(one => one.Type).Where(type => type != "image.send")));
        Assert.IsTrue(told.All(one => one.Key == "info" && one.Image == id));
        Assert.AreEqual("queued, saving, saving, active, active, active, active", string.Join(", ", told.Take(7).Select(one => one.Payload["status"])));
        Assert.AreEqual("größte", (string?)told[0].Payload["name"]);
        Assert.AreEqual("b", (string?)told[6].Payload["name"]);
        Assert.AreEqual("fast", (string?)told[2].Payload["backend"]);
        Assert.AreEqual(100_000, (long?)told[3].Payload["size"]);
        Assert.AreEqual("""{"image_id":"ID","member_id":"other","status":"pending"}""", Shown(told[7].Payload, id, "image_id", "member_id", "status"));
        Assert.AreEqual("accepted", (string?)told[8].Payload["status"]);
        Assert.IsTrue((bool)told[9].Payload["deleted"]!);
        Assert.AreEqual("""{"status":"deleted","tags":["a","b"],"deleted":true}""", Shown(told[^1].Payload, id, "status", "tags", "deleted"));
        Assert.AreEqual("debian", (string?)told[^1].Payload["properties"]!["os_distro"]);
        Assert.IsTrue(told.All(one => one.Envelope.ToJsonString().IndexOf("file://", StringComparison.Ordinal) < 0));
    }

    [TestMethod]
    public async Task A_notification_has_the_envelope_of_oslo_messaging_and_all_that_glance_tells_of_an_image()
    {
        var id = await Client.StoreAsync([1, 2, 3]);
        (await Client.DownloadAsync(id, "bytes=1-2")).Is(206);
        var told = await _queue.TakeUntilAsync(one => one.Type == "image.send");
        var created = told[0];
        Assert.AreEqual("2.0", (string?)created.Envelope["oslo.version"]);
        Assert.AreEqual("application/json", created.Properties.ContentType);
        Assert.IsTrue(created.Properties.Persistent);
        Assert.AreEqual("message_id, publisher_id, event_type, priority, payload, timestamp, _unique_id", string.Join(", ", created.Message.Select(member => member.Key)));
        Assert.AreEqual("image.localhost", (string?)created.Message["publisher_id"]);
        Assert.AreEqual("INFO", (string?)created.Message["priority"]);
        Assert.MatchesRegex(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$", (string)created.Message["timestamp"]!);
        string[] members =
        [
            "id", "name", "status", "created_at", "updated_at", "min_disk", "min_ram", "protected", "checksum", "owner", "disk_format", "container_format", "size", "virtual_size",
            "is_public", "visibility", "properties", "tags", "deleted", "deleted_at",
        ];
        Assert.AreSequenceEqual(members, created.Payload.AsObject().Select(member => member.Key));
        Assert.AreSequenceEqual(members.Append("os_glance_importing_to_stores").Append("os_glance_failed_import").Append("backend"), told[2].Payload.AsObject().Select(member => member.Key));
        Assert.AreEqual($$"""{"bytes_sent":2,"image_id":"{{id}}","owner_id":null,"receiver_tenant_id":null,"receiver_user_id":null}""", told[^1].Payload.ToJsonString());
    }

    [TestMethod]
    public async Task An_import_is_told_from_its_task_to_its_end_and_a_failed_one_says_why()
    {
        var id = await Client.CreateAsync();
        (await StageAsync(id, SomeBytes.Of(1000))).Is(204);
        (await Client.PostAsync($"/v2/images/{id}/import", Direct)).Is(202);
        var told = await _queue.TakeUntilAsync(one => one.Type == "task.run");
        Assert.AreEqual(
            "image.create, image.update, task.create, image.update, task.processing, image.update, image.prepare, image.upload, image.activate, image.update, task.success, task.run",
            string.Join(", ", told.Select(one => one.Type)));
        Assert.AreEqual("""["fast","cold"]""", told[6].Payload["os_glance_importing_to_stores"]!.ToJsonString());
        Assert.AreEqual("api_image_import", (string?)told[2].Payload["type"]);
        Assert.AreEqual("success", (string?)told[^2].Payload["status"]);

        var absent = await Client.CreateAsync();
        (await Client.PostAsync($"/v2/images/{absent}/import", """{"method": {"name": "web-download", "uri": "http://127.0.0.1:9/disk?signature=hush"}}""")).Is(202);
        told = await _queue.TakeUntilAsync(one => one.Type == "task.failure");
        told.AddRange(await RestAsync());
        var failed = told.Single(one => one.Key == "error");
        Assert.AreEqual("image.upload", failed.Type);
        Assert.AreEqual("ERROR", (string?)failed.Message["priority"]);
        Assert.AreEqual((string?)failed.Payload, (string?)told.Single(one => one.Type == "task.failure").Payload["message"]);
        Assert.IsTrue(told.All(one => one.Envelope.ToJsonString().IndexOf("hush", StringComparison.Ordinal) < 0));
    }

    [TestMethod]
    public async Task An_upload_that_is_refused_is_told_as_a_failure_and_the_image_is_queued()
    {
        var id = await Client.CreateAsync("\"disk_format\": \"qcow2\", \"container_format\": \"bare\"");
        (await Client.UploadAsync(id, SomeBytes.Of(100_000))).Is(400);
        var told = await _queue.TakeAsync(5);
        var failed = told.Single(one => one.Key == "error");
        Assert.AreEqual("image.upload", failed.Type);
        Assert.Contains("its format is raw", (string)failed.Payload!);
        Assert.AreEqual("queued, saving, saving, queued", string.Join(", ", told.Where(one => one != failed).Select(one => one.Payload["status"])));
    }

    [TestMethod]
    public async Task Damage_that_no_reader_noticed_and_copies_are_told()
    {
        var data = SomeBytes.Of(300_000);
        var id = await Client.StoreAsync(data);
        (await Client.PostAsync($"/v2/images/{id}/import", """{"method": {"name": "copy-image"}, "stores": ["cold"]}""")).Is(202);
        var copied = (await _queue.TakeUntilAsync(one => one.Type == "task.run")).Single(one => one.Type == "image.copy");
        Assert.AreEqual("""["cold"]""", copied.Payload["stores"]!.ToJsonString());
        await using (var file = File.OpenWrite(Service.At($"fast/{id}")))
        {
            file.Position = 200_000;
            file.WriteByte((byte)(data[200_000] ^ 1));
        }

        Assert.AreSequenceEqual(data, (await Client.DownloadAsync(id)).Is(200).Body);
        var damaged = (await _queue.TakeUntilAsync(one => one.Type == "image.corrupt"))[^1];
        Assert.AreEqual($$"""error: {"id":"ID","stores":["fast"],"damage":"damaged"}""", $"{damaged.Key}: {Shown(damaged.Payload, id, "id", "stores", "damage")}");
        File.Delete(Service.At($"cold/{id}"));
        await Assert.ThrowsAsync<HttpRequestException>(() => Client.DownloadAsync(id));
        var (hasCut, hasMissing) = (false, false); // of the first download, too, it may be told only now that it was sent
        var rest = await _queue.TakeUntilAsync(one =>
        {
            hasCut |= one is { Type: "image.send", Key: "error" };
            hasMissing |= one.Type == "image.corrupt";
            return hasCut && hasMissing;
        });
        var cut = rest.Single(one => one is { Type: "image.send", Key: "error" });
        Assert.IsLessThan(300_000, (long)cut.Payload["bytes_sent"]!);
        var missing = rest.Single(one => one.Type == "image.corrupt");
        Assert.AreEqual("""{"stores":["cold"],"damage":"missing"}""", Shown(missing.Payload, id, "stores", "damage"));
    }

    [TestMethod]
    public async Task Damage_in_the_only_store_is_told_by_a_download_and_by_a_copy()
    {
        string[] ids = [await Client.StoreAsync(SomeBytes.Of(1000)), await Client.StoreAsync(SomeBytes.Of(1000))];
        foreach (var id in ids)
        {
            File.WriteAllBytes(Service.At($"fast/{id}"), new byte[1000]);
        }

        (await Client.DownloadAsync(ids[0])).Is(503);
        var damaged = (await _queue.TakeUntilAsync(one => one.Type == "image.corrupt"))[^1];
        Assert.AreEqual("""{"id":"ID","stores":["fast"]}""", Shown(damaged.Payload, ids[0], "id", "stores"));
        (await Client.PostAsync($"/v2/images/{ids[1]}/import", """{"method": {"name": "copy-image"}, "stores": ["cold"]}""")).Is(202);
        damaged = (await _queue.TakeUntilAsync(HaveCome("task.failure", "image.corrupt"))).Single(one => one.Type == "image.corrupt");
        Assert.AreEqual("""{"id":"ID","stores":["fast"]}""", Shown(damaged.Payload, ids[1], "id", "stores"));
    }

    [TestMethod]
    public async Task Data_that_are_missing_because_they_are_deleted_are_no_damage()
    {
        string[] ids = [await Client.StoreAsync([1, 2, 3]), await Client.StoreAsync([1, 2, 3])];
        await Service.Database.WriteAsync(
            session => session.ExecuteAsync("UPDATE image_locations SET status = 'pending_delete' WHERE image_id = @id", new { id = ids[0] }), CancellationToken.None);
        foreach (var id in ids)
        {
            Service.Services.GetRequiredService<DamageReports>().Of(id).Report(new StoreException(StoreError.NotFound, "It is not there.").During("read", "fast", null));
        }

        var told = (await _queue.TakeUntilAsync(one => one.Type == "image.corrupt"))[^1];
        Assert.AreEqual(ids[1], told.Image);
    }

    [TestMethod]
    public async Task A_broker_that_is_away_delays_events_and_nothing_else()
    {
        _gate.Close();
        var id = await Client.StoreAsync([1, 2, 3]);
        (await Client.DeleteAsync($"/v2/images/{id}")).Is(204);
        Assert.AreEqual(7, await WaitingAsync());
        _gate.Open();
        Assert.AreEqual("image.create, image.update, image.prepare, image.upload, image.activate, image.update, image.delete", string.Join(", ", (await _queue.TakeAsync(7)).Select(one => one.Type)));

        // And once more, out of a connection that was good.
        _gate.Close();
        await Client.CreateAsync();
        _gate.Open();
        Assert.AreEqual("image.create", (await _queue.TakeAsync(1))[0].Type);
        await NoneWaitsAsync();
        Assert.IsNull(await _queue.TryTakeAsync());
    }

    [TestMethod]
    public async Task Several_processes_share_the_delivery_and_keep_each_images_order()
    {
        await using var second = await Service.StartAnotherAsync();
        ApiClient[] clients = [Client, second.Client];
        string[] ids = [.. await Task.WhenAll(Enumerable.Range(0, 6).Select(i => clients[i % 2].CreateAsync()))];
        await Task.WhenAll(ids.Select(async (id, i) =>
        {
            for (var n = 0; n < 10; n++)
            {
                (await clients[(i + n) % 2].PatchAsync(id, $$"""[{"op": "replace", "path": "/name", "value": "{{n}}"}]""")).Is(200);
            }
        }));
        var told = await _queue.TakeAsync(ids.Length * 11);
        foreach (var id in ids)
        {
            Assert.AreEqual(",0,1,2,3,4,5,6,7,8,9", string.Join(',', told.Where(one => one.Image == id).Select(one => (string?)one.Payload["name"])));
        }

        await NoneWaitsAsync();
        Assert.IsNull(await _queue.TryTakeAsync());
    }

    [TestMethod]
    public async Task A_queue_that_somebody_removed_is_made_again_and_nothing_is_lost()
    {
        await Client.CreateAsync();
        await _queue.TakeAsync(1);
        await _queue.RemoveQueueAsync();
        var id = await Client.CreateAsync();
        Assert.AreEqual(id, (await _queue.TakeAsync(1))[0].Image);
    }

    [TestMethod]
    public async Task What_is_rolled_back_is_told_to_nobody()
    {
        _gate.Close();
        var id = await Client.CreateAsync();
        (await Client.PostAsync("/v2/images", $$"""{"id": "{{id}}"}""")).Is(409);
        (await Client.PatchAsync(id, """[{"op": "replace", "path": "/name", "value": "b"}, {"op": "remove", "path": "/absent"}]""")).Is(409);
        (await Client.DeleteAsync($"/v2/images/{id}/tags/absent")).Is(404);
        (await Client.PostAsync($"/v2/images/{id}/actions/deactivate")).Is(403);
        (await Client.PostAsync($"/v2/images/{id}/import", Direct)).Is(409);
        await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => Service.Database.WriteAsync<int>(session =>
        {
            session.Tell("image.update", id);
            throw new InvalidOperationException("It did not come to that.");
        }, CancellationToken.None));
        Assert.AreEqual(1, await WaitingAsync());
    }

    private Task<Answer> StageAsync(string id, byte[] data)
    {
        var body = new ByteArrayContent(data) { Headers = { ContentType = new("application/octet-stream") } };
        return Client.SendAsync(new HttpRequestMessage(HttpMethod.Put, $"/v2/images/{id}/stage") { Content = body });
    }

    private Task<long> WaitingAsync() => Service.Database.ReadAsync(session => session.FindAsync<long>("SELECT COUNT(*) FROM events"), CancellationToken.None);

    private async Task NoneWaitsAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await WaitingAsync() > 0)
        {
            await Task.Delay(20, limit.Token);
        }
    }

    private async Task<List<Notification>> RestAsync()
    {
        await NoneWaitsAsync();
        var rest = new List<Notification>();
        while (await _queue.TryTakeAsync() is { } one)
        {
            rest.Add(one);
        }

        return rest;
    }

    /// <summary>Whether each of these has come by now, in whichever order.</summary>
    private static Func<Notification, bool> HaveCome(params string[] types)
    {
        var missing = types.ToHashSet();
        return one =>
        {
            missing.Remove(one.Type);
            return missing.Count == 0;
        };
    }

    private static string Shown(JsonNode payload, string id, params string[] members) =>
        new JsonObject(members.Select(member => KeyValuePair.Create(member, payload[member]?.DeepClone()))).ToJsonString().Replace(id, "ID", StringComparison.Ordinal);
}

[TestClass]
public sealed class SqliteRabbitMqTests : RabbitMqTests;

[TestClass]
public sealed class PostgreSqlRabbitMqTests : RabbitMqTests
{
    private readonly PostgreSqlDatabase _database = new();

    private protected override async Task<string[]> SettingsAsync()
    {
        await base.SettingsAsync();
        return await _database.CreateAsync();
    }

    private protected override async Task ForgetAsync()
    {
        await base.ForgetAsync();
        await _database.DropAsync();
    }
}
