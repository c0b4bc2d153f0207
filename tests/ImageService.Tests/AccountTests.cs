namespace GlanceStore.ImageService.Tests;

/// <summary>Who may do what, with tokens that stand in the configuration.</summary>
[TestClass]
public sealed class AccountTests
{
    private const string Absent = "00000000-0000-0000-0000-000000000000";

    private static RunningService _service = null!;
    private static ApiClient _admin = null!;
    private static ApiClient _owner = null!;
    private static ApiClient _reader = null!;
    private static ApiClient _other = null!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        string[] tokens = [.. new[] { ("root", "ops", "admin"), ("alice", "a", "member"), ("rita", "a", "reader"), ("bob", "b", "member") }.SelectMany((token, i) => new[]
        {
            $"ImageService:Auth:Tokens:{i}:Token={token.Item1}-token",
            $"ImageService:Auth:Tokens:{i}:User={token.Item1}",
            $"ImageService:Auth:Tokens:{i}:Project={token.Item2}",
            $"ImageService:Auth:Tokens:{i}:Roles:0={token.Item3}",
        })];
        _service = await RunningService.StartAsync(["ImageService:Auth:Mode=static", "ImageService:Quotas:Properties=3", "ImageService:Quotas:PropertyBytes=1000", "ImageService:Quotas:Tags=2", "ImageService:Quotas:Members=1", "ImageService:Quotas:ProjectBytes=300000", "ImageService:Quotas:ImageSizeBytes=200000", .. tokens]);
        (_admin, _owner, _reader, _other) = (_service.ClientOf("root-token"), _service.ClientOf("alice-token"), _service.ClientOf("rita-token"), _service.ClientOf("bob-token"));
    }

    [ClassCleanup]
    public static async Task StopAsync() => await _service.DisposeAsync();

    [TestMethod]
    public async Task Without_a_token_that_is_known_there_are_versions_and_health_and_nothing_else()
    {
        foreach (var client in new[] { _service.Client, _service.ClientOf("guess"), _service.ClientOf("") })
        {
            (await client.GetAsync("/")).Is(300);
            (await client.GetAsync("/versions")).Is(200);
            (await client.GetAsync("/v2/")).Is(200);
            (await client.GetAsync("/healthcheck")).Is(200);
            foreach (var path in new[] { "/v2/images", $"/v2/images/{Absent}", "/v2/schemas/image", "/v2/info/stores", "/v2/nothing" })
            {
                Assert.IsNull((await client.GetAsync(path)).Is(401).Header("X-Openstack-Request-Id"));
            }
        }
    }

    [TestMethod]
    [DataRow("private", false, false)]
    [DataRow("shared", false, false)]
    [DataRow("community", true, false)]
    [DataRow("public", true, true)]
    public async Task Another_project_sees_what_it_may_see_and_changes_nothing(string visibility, bool isSeen, bool isListed)
    {
        var id = await _owner.CreateAsync("\"disk_format\": \"raw\", \"container_format\": \"bare\"");
        (await (visibility == "public" ? _admin : _owner).PatchAsync(id, $$"""[{"op": "replace", "path": "/visibility", "value": "{{visibility}}"}]""")).Is(200);
        (await _owner.UploadAsync(id, [1, 2, 3])).Is(204);
        Assert.AreEqual(isListed, await IsListedAsync(_other, id, ""));
        Assert.AreEqual(isSeen, await IsListedAsync(_other, id, "visibility=all"));
        Assert.IsTrue(await IsListedAsync(_owner, id, ""));
        Assert.IsTrue(await IsListedAsync(_reader, id, ""));
        (await _other.GetAsync($"/v2/images/{id}")).Is(isSeen ? 200 : 404);
        (await _other.DownloadAsync(id)).Is(isSeen ? 200 : 404);
        foreach (var client in new[] { _other, _reader })
        {
            var refusal = isSeen || client == _reader ? 403 : 404;
            (await client.PatchAsync(id, """[{"op": "replace", "path": "/name", "value": "mine"}]""")).Is(refusal);
            (await client.PutAsync($"/v2/images/{id}/tags/mine")).Is(refusal);
            (await client.UploadAsync(id, [9])).Is(refusal);
            (await client.PostAsync($"/v2/images/{id}/actions/deactivate")).Is(refusal);
            (await client.PostAsync($"/v2/images/{id}/actions/convert", """{"disk_format": "raw"}""")).Is(refusal);
            (await client.DeleteAsync($"/v2/images/{id}")).Is(refusal);
        }

        (await _owner.GetAsync($"/v2/images/{id}/receipt")).Is(403);
        (await _owner.DeleteAsync($"/v2/images/{id}")).Is(204);
    }

    [TestMethod]
    public async Task Only_an_administrator_publishes_and_gives_away()
    {
        (await _owner.PostAsync("/v2/images", """{"visibility": "public"}""")).Is(403);
        (await _owner.PostAsync("/v2/images", """{"owner": "b"}""")).Is(403);
        (await _reader.PostAsync("/v2/images", "{}")).Is(403);
        (await _owner.GetAsync("/v2/info/stores/detail")).Is(403);
        (await _admin.GetAsync("/v2/info/stores/detail")).Is(200);
        var created = (await _owner.PostAsync("/v2/images", """{"owner": "a"}""")).Is(201);
        Assert.AreEqual("a", created["owner"]);
        var id = created["id"]!;
        (await _owner.PatchAsync(id, """[{"op": "replace", "path": "/owner", "value": "b"}]""")).Is(403);
        (await _admin.PatchAsync(id, """[{"op": "replace", "path": "/owner", "value": "b"}]""")).Is(200);
        (await _owner.GetAsync($"/v2/images/{id}")).Is(404);
        (await _other.DeleteAsync($"/v2/images/{id}")).Is(204);
    }

    [TestMethod]
    public async Task Only_an_administrator_makes_tasks_and_sees_them()
    {
        var body = Imports.MakingOf("http://x.example.org/disk", "raw");
        foreach (var client in new[] { _owner, _reader, _other })
        {
            (await client.PostAsync("/v2/tasks", body)).Is(403);
            (await client.GetAsync("/v2/tasks")).Is(403);
            (await client.GetAsync($"/v2/tasks/{Absent}")).Is(403);
        }

        var task = (await _admin.PostAsync("/v2/tasks", body)).Is(201);
        Assert.AreEqual("ops", task["owner"]);
        Assert.AreEqual("root", task["user_id"]);
        (await _admin.GetAsync($"/v2/tasks/{Absent}")).Is(404);
    }

    [TestMethod]
    public async Task A_member_sees_what_is_shared_with_it_and_lists_it_once_it_has_accepted()
    {
        var id = await _owner.StoreAsync([1]);
        var members = $"/v2/images/{id}/members";
        (await _owner.PostAsync(members, "[]")).Is(400);
        (await _owner.PostAsync(members, """{"member": ""}""")).Is(400);
        (await _other.GetAsync(members)).Is(404);
        var added = (await _owner.PostAsync(members, """{"member": "b"}""")).Is(200);
        Assert.AreEqual("pending", added["status"]);
        (await _owner.PostAsync(members, """{"member": "b"}""")).Is(409);
        (await _owner.PostAsync(members, """{"member": "c"}""")).Is(413);
        (await _other.DownloadAsync(id)).Is(200);
        Assert.IsFalse(await IsListedAsync(_other, id, ""));
        Assert.IsTrue(await IsListedAsync(_other, id, "member_status=pending&visibility=shared"));
        Assert.IsTrue(await IsListedAsync(_other, id, "member_status=all"));
        (await _owner.PutAsync($"{members}/b", """{"status": "accepted"}""")).Is(403);
        (await _other.PutAsync($"{members}/b", """{"status": "perhaps"}""")).Is(400);
        Assert.AreEqual("accepted", (await _other.PutAsync($"{members}/b", """{"status": "accepted"}""")).Is(200)["status"]);
        Assert.IsTrue(await IsListedAsync(_other, id, ""));
        Assert.HasCount(1, (await _other.GetAsync(members)).Is(200).Json["members"]!.AsArray());
        Assert.AreEqual("b", (await _other.GetAsync($"{members}/b")).Is(200)["member_id"]);
        (await _other.DeleteAsync($"{members}/b")).Is(403);
        (await _owner.DeleteAsync($"{members}/b")).Is(204);
        (await _owner.DeleteAsync($"{members}/b")).Is(404);
        (await _other.GetAsync($"/v2/images/{id}")).Is(404);
        (await _owner.PatchAsync(id, """[{"op": "replace", "path": "/visibility", "value": "private"}]""")).Is(200);
        (await _owner.PostAsync(members, """{"member": "b"}""")).Refuses(403, "Only shared images have members.");
        (await _owner.DeleteAsync($"/v2/images/{id}")).Is(204);
    }

    [TestMethod]
    public async Task A_deactivated_image_is_downloaded_by_administrators_alone()
    {
        var id = await _owner.CreateAsync();
        (await _owner.PostAsync($"/v2/images/{id}/actions/deactivate")).Is(403);
        (await _owner.UploadAsync(id, [1])).Is(204);
        (await _owner.PostAsync($"/v2/images/{id}/actions/deactivate")).Is(204);
        (await _owner.PostAsync($"/v2/images/{id}/actions/deactivate")).Is(204);
        Assert.AreEqual("deactivated", await _owner.StatusOfAsync(id));
        (await _owner.DownloadAsync(id)).Is(403);
        (await _admin.DownloadAsync(id)).Is(200);
        (await _owner.PostAsync($"/v2/images/{id}/actions/reactivate")).Is(204);
        (await _owner.DownloadAsync(id)).Is(200);
        (await _owner.DeleteAsync($"/v2/images/{id}")).Is(204);
    }

    [TestMethod]
    public async Task What_is_beyond_a_quota_is_413_and_changes_nothing()
    {
        (await _owner.PostAsync("/v2/images", """{"a": "1", "b": "2", "c": "3", "d": "4"}""")).Refuses(413, "Maximum: 3");
        (await _owner.PostAsync("/v2/images", """{"tags": ["a", "b", "c"]}""")).Refuses(413, "Maximum: 2");
        var id = await _owner.CreateAsync("\"tags\": [\"a\", \"b\"], \"disk_format\": \"raw\", \"container_format\": \"bare\"");
        (await _owner.PutAsync($"/v2/images/{id}/tags/c")).Is(413);
        (await _owner.PutAsync($"/v2/images/{id}/tags/b")).Is(204);
        (await _owner.UploadAsync(id, SomeBytes.Of(200_001))).Is(413);
        (await _owner.UploadAsync(id, SomeBytes.Of(200_000))).Is(204);
        var second = await _owner.CreateAsync();
        (await _owner.UploadAsync(second, SomeBytes.Of(100_001))).Is(413);
        Assert.AreEqual("queued", await _owner.StatusOfAsync(second));
        (await _owner.UploadAsync(second, SomeBytes.Of(100_000))).Is(204);
        (await _owner.UploadAsync(await _owner.CreateAsync(), [1])).Refuses(413, "quota");
        var elsewhere = await _other.StoreAsync([1]);
        foreach (var (client, image) in new[] { (_owner, id), (_owner, second), (_other, elsewhere) })
        {
            (await client.DeleteAsync($"/v2/images/{image}")).Is(204);
        }
    }

    [TestMethod]
    public async Task Properties_of_too_many_bytes_together_are_413_and_change_nothing()
    {
        var half = new string('€', 200);
        (await _owner.PostAsync("/v2/images", $$"""{"name": "too-many-bytes", "a": "{{half}}", "b": "{{half}}"}""")).Refuses(413, "Attempted: 1202, Maximum: 1000");
        Assert.IsEmpty((await _owner.GetAsync("/v2/images?name=too-many-bytes")).Is(200).Json["images"]!.AsArray());
        var id = await _owner.CreateAsync($"\"a\": \"{half}\"");
        var before = (await _owner.GetAsync($"/v2/images/{id}")).Is(200).Text;
        (await _owner.PatchAsync(id, $$"""[{"op": "replace", "path": "/name", "value": "n"}, {"op": "add", "path": "/b", "value": "{{half}}"}]""")).Refuses(413, "Maximum: 1000");
        (await _owner.PatchAsync(id, SetA(1000))).Refuses(413, "Attempted: 1001, Maximum: 1000");
        Assert.AreEqual(before, (await _owner.GetAsync($"/v2/images/{id}")).Is(200).Text);
        (await _owner.PatchAsync(id, SetA(999))).Is(200);
        (await _owner.DeleteAsync($"/v2/images/{id}")).Is(204);
    }

    [TestMethod]
    public async Task What_the_service_says_of_an_image_does_not_count_as_properties_of_its_owner()
    {
        var id = await _owner.StoreAsync([1], $"\"disk_format\": \"raw\", \"container_format\": \"bare\", \"a\": \"{new string('x', 999)}\"");
        Assert.Contains("glancestore_", (await _owner.GetAsync($"/v2/images/{id}")).Is(200).Text);
        (await _owner.PatchAsync(id, SetA(999))).Is(200);
        (await _owner.DeleteAsync($"/v2/images/{id}")).Is(204);
    }

    private static string SetA(int length) => $$"""[{"op": "replace", "path": "/a", "value": "{{new string('y', length)}}"}]""";

    private static async Task<bool> IsListedAsync(ApiClient client, string id, string query) =>
        (await client.GetAsync($"/v2/images?limit=1000&{query}")).Is(200).Json["images"]!.AsArray().Any(image => (string?)image!["id"] == id);
}
