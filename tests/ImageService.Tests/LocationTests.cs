using System.Security.Cryptography;
using GlanceStore.Drivers.Memory;
using GlanceStore.Drivers.Testing;
using GlanceStore.ImageService.Checking;
using GlanceStore.ImageService.Transfers;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.ImageService.Tests;

/// <summary>PATCH of <c>locations</c>: data that somebody else has stored become an image's.</summary>
public abstract class LocationTests : DatabaseTests
{
    private protected override string[] Settings =>
    [
        "ImageService:ShowMultipleLocations=true", "ImageService:ShowImageDirectUrl=true", "ImageService:Quotas:Locations=2",
        "GlanceStore:Stores:web:Type=http", "GlanceStore:Stores:web:AllowedNetworks=127.0.0.0/8",
    ];

    [TestMethod]
    public async Task A_location_that_is_added_makes_an_image_of_what_is_there_and_every_read_is_verified()
    {
        var data = SomeBytes.Of(500_000);
        var (id, url) = await LeaveAsync("cold", data);
        var image = (await AddAsync(id, url)).Is(200).Json;
        Assert.AreEqual("active", (string?)image["status"]);
        Assert.AreEqual(500_000, (long?)image["size"]);
        Assert.AreEqual(500_000, (long?)image["virtual_size"]);
        Assert.AreEqual(Convert.ToHexStringLower(MD5.HashData(data)), (string?)image["checksum"]);
        Assert.AreEqual(Convert.ToHexStringLower(SHA512.HashData(data)), (string?)image["os_hash_value"]);
        Assert.AreEqual("cold", (string?)image["stores"]);
        Assert.AreEqual(url, (string?)image["direct_url"]);
        Assert.AreEqual($$$"""[{"url":"{{{url}}}","metadata":{"store":"cold"}}]""", image["locations"]!.ToJsonString());
        Assert.AreSequenceEqual(data, (await Client.DownloadAsync(id)).Is(200).Body);
        Assert.AreSequenceEqual(data[1000..2000], (await Client.DownloadAsync(id, "bytes=1000-1999")).Is(206).Body);
        Assert.AreEqual(0, await CheckAsync());
        data[10] ^= 1;
        await File.WriteAllBytesAsync(Service.At($"cold/{id}"), data);
        (await Client.DownloadAsync(id)).Is(503);
        (await Client.DeleteAsync($"/v2/images/{id}")).Is(204);
        Assert.IsEmpty(Service.StoredIn("cold"));
    }

    [TestMethod]
    public async Task Validation_data_are_compared_with_what_is_there()
    {
        var data = SomeBytes.Of(1000);
        var (id, url) = await LeaveAsync("fast", data);
        var (md5, sha) = (Convert.ToHexStringLower(MD5.HashData(data)), Convert.ToHexStringLower(SHA512.HashData(data)));
        foreach (var (checksum, hash) in new[] { (md5, new string('0', 128)), (new string('0', 32), sha) })
        {
            (await ReplaceAsync(id, Location(url, $$"""{"checksum": "{{checksum}}", "os_hash_algo": "sha512", "os_hash_value": "{{hash}}"}"""))).Refuses(400, "have not the digest");
            Assert.AreEqual("queued", await Client.StatusOfAsync(id));
        }

        Assert.AreSequenceEqual(new[] { id }, Service.StoredIn("fast"));
        (await ReplaceAsync(id, Location(url, $$"""{"checksum": "{{md5}}", "os_hash_algo": "sha512", "os_hash_value": "{{sha}}"}"""))).Is(200);
        Assert.AreSequenceEqual(data, (await Client.DownloadAsync(id)).Is(200).Body);
        var (other, otherUrl) = await LeaveAsync("cold", data, id);
        Assert.AreEqual(id, other);
        (await AddAsync(id, otherUrl, "-", $$"""{"os_hash_algo": "sha512", "os_hash_value": "{{new string('1', 128)}}"}""")).Refuses(409, "different value");
    }

    [TestMethod]
    public async Task A_further_location_has_the_same_bytes_and_all_but_the_last_can_be_removed()
    {
        var data = SomeBytes.Of(200_000);
        var id = await Client.StoreAsync(data);
        var (_, url) = await LeaveAsync("cold", SomeBytes.Of(200_000, 7), id);
        (await AddAsync(id, url)).Refuses(400, "have not the digest");
        await File.WriteAllBytesAsync(Service.At($"cold/{id}"), data);
        var image = (await AddAsync(id, url, "0")).Is(200).Json;
        Assert.AreEqual("cold,fast", (string?)image["stores"]);
        Assert.AreEqual(url, (string?)image["direct_url"]);
        (await AddAsync(id, url)).Refuses(413, "locations");
        (await ReplaceAsync(id, "")).Is(400);
        (await ReplaceAsync(id, string.Join(',', image["locations"]!.AsArray().Select(location => location!.ToJsonString()).Reverse()))).Is(200);
        Assert.AreEqual("cold,fast", (await Client.GetAsync($"/v2/images/{id}"))["stores"]);
        (await RemoveAsync(id, "1")).Is(200);
        Assert.IsEmpty(Service.StoredIn("fast"));
        Assert.AreSequenceEqual(data, (await Client.DownloadAsync(id)).Is(200).Body);
        (await RemoveAsync(id, "-")).Refuses(403, "Cannot remove last location");
        Assert.AreEqual(0, await CheckAsync());
    }

    [TestMethod]
    public async Task A_patch_that_adds_a_location_before_the_one_that_it_removes_removes_that_one()
    {
        var data = SomeBytes.Of(200_000);
        var id = await Client.StoreAsync(data);
        var (_, url) = await LeaveAsync("cold", data, id);
        (await Client.PatchAsync(id, $$"""[{"op": "add", "path": "/locations/0", "value": {{Location(url)}}}, {"op": "remove", "path": "/locations/1"}]""")).Is(200);
        Assert.AreEqual("cold", (await Client.GetAsync($"/v2/images/{id}"))["stores"]);
        Assert.IsEmpty(Service.StoredIn("fast"));
        Assert.AreSequenceEqual(new[] { id }, Service.StoredIn("cold"));
        Assert.AreSequenceEqual(data, (await Client.DownloadAsync(id)).Is(200).Body);
        Assert.AreEqual(0, await CheckAsync());
    }

    [TestMethod]
    public async Task A_location_leads_into_the_stores_and_to_nobody_else_s_data()
    {
        var anothers = await Client.StoreAsync(SomeBytes.Of(1000));
        var coming = await Client.CreateAsync();
        var (_, ofOneThatComes) = await LeaveAsync("cold", SomeBytes.Of(10), coming);
        await File.WriteAllBytesAsync(Service.At("hidden/staged"), [1]);
        await File.WriteAllBytesAsync(Service.At("outside"), [1]);
        var id = await Client.CreateAsync();
        foreach (var (url, status) in new[]
        {
            ($"file://{Service.At("outside")}", 400),
            ("file:///etc/passwd", 400),
            ($"file://{Service.At("fast")}/../outside", 400),
            ($"file://{Service.At("hidden/staged")}", 400),
            ($"file://{Service.At("fast")}/absent", 400),
            ("s3://key:secret@s3.example.org/bucket/object", 400),
            ("nowhere://nowhere/x", 400),
            ("no-location", 400),
            ("http://169.254.169.254/latest/meta-data", 400),
            ($"file://{Service.At("fast")}/{anothers}", 409),
            ($"filesystem://{Service.At("fast")}/{anothers}", 409),
            (ofOneThatComes, 409),
        })
        {
            var answer = await AddAsync(id, url);
            Assert.AreEqual(status, (int)answer.Status, $"{url}: {answer.Text}");
            Assert.DoesNotContain("secret", answer.Text);
            Assert.AreEqual("queued", await Client.StatusOfAsync(id), url);
        }

        (await Client.PatchAsync(id, $$"""[{"op": "add", "path": "/locations/-", "value": {"url": "file://{{Service.At("hidden/staged")}}", "metadata": {"store": "hidden"} } }]""")).Is(400);
        Assert.IsTrue(File.Exists(Service.At("hidden/staged")));
        Assert.HasCount(1000, (await Client.DownloadAsync(anothers)).Is(200).Body);
        Assert.IsTrue(File.Exists(Service.At($"cold/{coming}")));
    }

    [TestMethod]
    public async Task What_an_image_took_over_is_in_nobody_s_way_and_its_name_is_given_to_no_image()
    {
        var name = Guid.NewGuid().ToString();
        var (_, url) = await LeaveAsync("fast", SomeBytes.Of(1000), name);
        var id = await Client.CreateAsync();
        (await AddAsync(id, url)).Is(200);
        (await Client.PostAsync("/v2/images", $$"""{"id": "{{name}}"}""")).Is(409);
        var another = await Client.CreateAsync();
        (await AddAsync(another, url)).Refuses(409, "another image");
        Assert.HasCount(1000, (await Client.DownloadAsync(id)).Is(200).Body);
    }

    [TestMethod]
    public async Task A_patch_that_is_not_of_its_form_changes_nothing()
    {
        var (id, url) = await LeaveAsync("fast", SomeBytes.Of(1000));
        foreach (var (step, status) in new[]
        {
            ($$"""{"op": "add", "path": "/locations", "value": {{Location(url)}}}""", 400),
            ($$"""{"op": "replace", "path": "/locations/0", "value": [{{Location(url)}}]}""", 400),
            ($$"""{"op": "add", "path": "/locations/x", "value": {{Location(url)}}}""", 400),
            ($$"""{"op": "add", "path": "/locations/-1", "value": {{Location(url)}}}""", 400),
            ($$"""{"op": "replace", "path": "/locations", "value": {{Location(url)}}}""", 400),
            ($$"""{"op": "replace", "path": "/locations", "value": [{{Location(url)}}, {{Location(url)}}]}""", 400),
            ($$"""{"op": "add", "path": "/locations/-", "value": {"url": "{{url}}"} }""", 400),
            ("""{"op": "add", "path": "/locations/-", "value": {"url": 7, "metadata": {}}}""", 400),
            ("""{"op": "add", "path": "/locations/-", "value": "file:///x"}""", 400),
            ($$"""{"op": "add", "path": "/locations/-", "value": {{Location(url, "[]")}}}""", 400),
            ($$"""{"op": "add", "path": "/locations/-", "value": {{Location(url, """{"md5": "x"}""")}}}""", 400),
            ($$"""{"op": "add", "path": "/locations/-", "value": {{Location(url, """{"os_hash_value": "x"}""")}}}""", 400),
            ($$"""{"op": "add", "path": "/locations/-", "value": {{Location(url, """{"os_hash_algo": "md5", "os_hash_value": "x"}""")}}}""", 409),
            ($$"""{"op": "add", "path": "/locations/-", "value": {{Location(url, """{"checksum": "xyz"}""")}}}""", 409),
            ("""{"op": "remove", "path": "/locations/0"}""", 409),
            ($$"""{"op": "add", "path": "/locations/-", "value": {"url": "{{url}}", "metadata": {"store": "nowhere"} } }""", 400),
        })
        {
            var answer = await Client.PatchAsync(id, $$"""[{"op": "add", "path": "/name", "value": "changed"}, {{step}}]""");
            Assert.AreEqual(status, (int)answer.Status, $"{step}: {answer.Text}");
        }

        var image = (await Client.GetAsync($"/v2/images/{id}")).Json;
        Assert.IsNull(image["name"]);
        Assert.AreEqual("queued", (string?)image["status"]);
        (await Client.PatchAsync(id, $$"""[{"op": "add", "path": "/name", "value": "changed"}, {"op": "add", "path": "/locations/-", "value": {{Location(url)}}}]""")).Is(200);
        Assert.AreEqual("changed", (await Client.GetAsync($"/v2/images/{id}"))["name"]);
    }

    [TestMethod]
    public async Task What_is_not_of_its_format_or_not_safe_is_refused_and_stays_where_it_is()
    {
        var id = await Client.CreateAsync("\"disk_format\": \"qcow2\", \"container_format\": \"bare\"");
        var (_, url) = await LeaveAsync("fast", Qcow2.WithBackingFile("/etc/passwd"), id);
        (await AddAsync(id, url)).Refuses(400, "backing_file");
        Assert.AreEqual("queued", await Client.StatusOfAsync(id));
        Assert.AreSequenceEqual(new[] { id }, Service.StoredIn("fast"));
    }

    [TestMethod]
    public async Task An_address_of_the_web_is_read_through_its_store_and_left_there_when_the_image_is_deleted()
    {
        var data = SomeBytes.Of(100_000);
        using var web = new LoopbackHttp(async context =>
        {
            context.Response.ContentLength64 = data.Length;
            if (context.Request.HttpMethod != "HEAD")
            {
                await context.Response.OutputStream.WriteAsync(data);
            }

            context.Response.Close();
        });
        var (id, another) = (await Client.CreateAsync(), await Client.CreateAsync());
        (await AddAsync(id, web.Url + "/disk")).Is(200);
        (await AddAsync(another, web.Url + "/disk")).Is(200);
        Assert.AreSequenceEqual(data, (await Client.DownloadAsync(id)).Is(200).Body);
        (await Client.DeleteAsync($"/v2/images/{id}")).Is(204);
        Assert.AreEqual("deleted", await Service.Database.ReadAsync(session => session.FindAsync<string>("SELECT status FROM images WHERE id = @id", new { id }), CancellationToken.None));
        Assert.AreSequenceEqual(data, (await Client.DownloadAsync(another)).Is(200).Body);
    }

    [TestMethod]
    public async Task What_was_being_taken_over_by_a_process_that_was_killed_is_where_it_was()
    {
        var (id, url) = await LeaveAsync("fast", SomeBytes.Of(1000));
        await Service.Database.WriteAsync(session => session.ExecuteAsync(
            "UPDATE images SET status = 'saving', upload_id = 'dead', lease_until = 1 WHERE id = @id", new { id }), CancellationToken.None);
        (await AddAsync(id, url)).Is(409);
        await Service.Services.GetRequiredService<Recovery>().RunOnceAsync(CancellationToken.None);
        Assert.AreSequenceEqual(new[] { id }, Service.StoredIn("fast"));
        (await AddAsync(id, url)).Is(200);
    }

    [TestMethod]
    public async Task Of_many_that_add_one_location_at_once_one_has_it()
    {
        var (_, url) = await LeaveAsync("fast", SomeBytes.Of(100_000), "some-object");
        string[] ids = [.. await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Client.CreateAsync()))];
        var answers = await Task.WhenAll(ids.Concat(ids).Select(id => AddAsync(id, url)));
        Assert.AreEqual(1, answers.Count(answer => (int)answer.Status == 200), string.Join(' ', answers.Select(answer => answer.Status)));
        Assert.AreEqual(1, (await Client.GetAsync("/v2/images?status=active")).Json["images"]!.AsArray().Count);
        Assert.AreEqual(0, await CheckAsync());
    }

    private async Task<(string Id, string Url)> LeaveAsync(string store, byte[] data, string? name = null)
    {
        var id = name ?? await Client.CreateAsync();
        await File.WriteAllBytesAsync(Service.At($"{store}/{id}"), data);
        return (id, $"file://{Service.At(store)}/{id}");
    }

    private protected static string Location(string url, string? validation = null) =>
        $$"""{"url": "{{url}}", "metadata": {}{{(validation is null ? "" : $", \"validation_data\": {validation}")}}}""";

    private Task<Answer> AddAsync(string id, string url, string position = "-", string? validation = null) =>
        Client.PatchAsync(id, $$"""[{"op": "add", "path": "/locations/{{position}}", "value": {{Location(url, validation)}}}]""");

    private Task<Answer> ReplaceAsync(string id, string locations) => Client.PatchAsync(id, $$"""[{"op": "replace", "path": "/locations", "value": [{{locations}}]}]""");

    private Task<Answer> RemoveAsync(string id, string position) => Client.PatchAsync(id, $$"""[{"op": "remove", "path": "/locations/{{position}}"}]""");

    private async Task<int> CheckAsync()
    {
        using var output = new StringWriter();
        var code = await CheckCommand.RunAsync(["db", "check", "--sample", "100%", .. Service.Arguments], output, TextWriter.Null, CancellationToken.None);
        return code == 0 ? code : throw new AssertFailedException(output.ToString());
    }
}

[TestClass]
public sealed class SqliteLocationTests : LocationTests
{
    // Two members, of projects of their own, and an administrator.
    private static readonly string[] Tokens =
    [
        "ImageService:Auth:Mode=static",
        "ImageService:Auth:Tokens:0:Token=alice", "ImageService:Auth:Tokens:0:Project=a",
        "ImageService:Auth:Tokens:1:Token=bob", "ImageService:Auth:Tokens:1:Project=b",
        "ImageService:Auth:Tokens:2:Token=root", "ImageService:Auth:Tokens:2:Project=ops", "ImageService:Auth:Tokens:2:Roles:0=admin",
    ];

    [TestMethod]
    public async Task Where_locations_are_not_shown_none_is_taken()
    {
        await using var service = await RunningService.StartAsync();
        var id = await service.Client.StoreAsync([1]);
        var image = (await service.Client.GetAsync($"/v2/images/{id}")).Json;
        Assert.IsFalse(image.ContainsKey("locations") || image.ContainsKey("direct_url"));
        foreach (var step in new[] { """{"op": "remove", "path": "/locations/0"}""", """{"op": "replace", "path": "/locations", "value": []}""" })
        {
            (await service.Client.PatchAsync(id, $"[{step}]")).Refuses(403, "locations are invisible");
        }
    }

    [TestMethod]
    public async Task Files_are_given_by_administrators_alone_and_shown_to_owners_alone()
    {
        await using var service = await RunningService.StartAsync([.. Settings, .. Tokens]);
        var (alice, bob, root) = (service.ClientOf("alice"), service.ClientOf("bob"), service.ClientOf("root"));
        var id = await alice.CreateAsync("\"disk_format\": \"raw\", \"container_format\": \"bare\", \"visibility\": \"community\"");
        await File.WriteAllBytesAsync(service.At($"fast/{id}"), [1, 2, 3]);
        var patch = $$"""[{"op": "add", "path": "/locations/-", "value": {"url": "file://{{service.At("fast")}}/{{id}}", "metadata": {} } }]""";
        (await alice.PatchAsync(id, patch)).Refuses(403, "only an administrator");
        (await bob.PatchAsync(id, patch)).Is(403);
        Assert.AreEqual("queued", await alice.StatusOfAsync(id));
        (await root.PatchAsync(id, patch)).Is(200);
        Assert.IsTrue((await alice.GetAsync($"/v2/images/{id}")).Json.ContainsKey("locations"));
        Assert.IsFalse((await bob.GetAsync($"/v2/images/{id}")).Json.ContainsKey("locations"));
    }

    [TestMethod]
    public async Task In_a_store_of_objects_a_member_names_the_place_of_an_image_whose_id_was_made_here_and_nothing_else()
    {
        await using var service = await RunningService.StartAsync([.. Settings, .. Tokens]);
        var pool = new ImageStore("pool", new MemoryDriver());
        service.Stores.Add(pool);
        var (alice, root) = (service.ClientOf("alice"), service.ClientOf("root"));
        var (foreign, chosen, made) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString(), await alice.CreateAsync());
        await alice.CreateAsync($"\"id\": \"{chosen}\", \"disk_format\": \"raw\", \"container_format\": \"bare\"");
        foreach (var (id, name) in new[] { (await alice.CreateAsync(), foreign), (await alice.CreateAsync(), $"{Guid.NewGuid()}-00001"), (made, $"{made}-00001"), (chosen, chosen) })
        {
            var patch = await PutAsync(name);
            (await alice.PatchAsync(id, patch)).Refuses(403, "only an administrator gives an image another location than that of its own id");
            Assert.AreEqual("queued", await alice.StatusOfAsync(id));
            if (id != made)
            {
                (await root.PatchAsync(id, patch)).Is(200);
            }
        }

        (await alice.PatchAsync(made, await PutAsync(made))).Is(200);
        Assert.HasCount(1000, (await alice.DownloadAsync(made)).Is(200).Body);

        async Task<string> PutAsync(string name)
        {
            var receipt = await pool.PutAsync(new ImageId(name), new MemoryStream(SomeBytes.Of(1000)));
            return $$"""[{"op": "add", "path": "/locations/-", "value": {{Location(receipt.Location.Uri)}}}]""";
        }
    }

    [TestMethod]
    public async Task A_segment_of_another_image_in_the_same_store_is_taken_over_by_nobody()
    {
        await using var service = await RunningService.StartAsync([.. Settings]);
        service.Stores.Add(new ImageStore("pool", new MemoryDriver()));
        var (another, id) = (await service.Client.CreateAsync(), await service.Client.CreateAsync());
        (await service.Client.UploadAsync(another, SomeBytes.Of(1000), "pool")).Is(204);
        var segment = (await service.Stores["pool"].PutAsync(new ImageId($"{another}-00001"), new MemoryStream(SomeBytes.Of(1000)))).Location.Uri;
        (await service.Client.PatchAsync(id, $$"""[{"op": "add", "path": "/locations/-", "value": {{Location(segment)}}}]""")).Refuses(409, "another image");
        Assert.AreEqual("queued", await service.Client.StatusOfAsync(id));
    }
}

[TestClass]
public sealed class PostgreSqlLocationTests : LocationTests
{
    private readonly PostgreSqlDatabase _database = new();

    private protected override Task<string[]> SettingsAsync() => _database.CreateAsync();

    private protected override Task ForgetAsync() => _database.DropAsync();
}
