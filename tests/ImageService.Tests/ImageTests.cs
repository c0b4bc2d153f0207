namespace GlanceStore.ImageService.Tests;

/// <summary>Images without their data.</summary>
public abstract class ImageTests : DatabaseTests
{
    private const string Absent = "00000000-0000-0000-0000-000000000000";

    [TestMethod]
    public async Task An_image_is_created_queued_and_shown_with_all_that_it_was_given()
    {
        var created = (await Client.PostAsync("/v2/images",
            """{"name": "Dìsk ☃", "disk_format": "qcow2", "container_format": "bare", "tags": ["b", "a", "b"], "min_ram": 512, "os_hidden": true, "os_distro": "debian", "kernel_id": null}""")).Is(201);
        var id = created["id"]!;
        Assert.AreEqual($"{Service.Address.GetLeftPart(UriPartial.Authority)}/v2/images/{id}", created.Header("Location"));
        Assert.AreEqual("cold,fast", created.Header("OpenStack-image-store-ids"));
        var shown = (await Client.GetAsync($"/v2/images/{id}")).Is(200).Json;
        Assert.AreEqual(created.Json.ToJsonString(), shown.ToJsonString());
        Assert.AreEqual("Dìsk ☃", (string?)shown["name"]);
        Assert.AreEqual("queued", (string?)shown["status"]);
        Assert.AreEqual("shared", (string?)shown["visibility"]);
        Assert.AreEqual("""["a","b"]""", shown["tags"]!.ToJsonString());
        Assert.IsTrue((bool)shown["os_hidden"]!);
        Assert.AreEqual("debian", (string?)shown["os_distro"]);
        Assert.IsTrue(shown.ContainsKey("kernel_id") && shown["kernel_id"] is null);
        Assert.IsTrue(shown.ContainsKey("size") && shown["size"] is null);
        Assert.IsFalse(shown.ContainsKey("stores"));
        Assert.AreEqual($"/v2/images/{id}/file", (string?)shown["file"]);
        Assert.MatchesRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", (string?)shown["created_at"]);
    }

    [TestMethod]
    public async Task An_image_that_is_not_of_the_schema_is_refused_and_not_created()
    {
        foreach (var (body, status) in new[]
        {
            ("[]", 400),
            ("\"text\"", 400),
            ("{", 400),
            ("", 400),
            ("""{"name": "a", "name": "b"}""", 400),
            ("""{"name": 1}""", 400),
            ("""{"name": "\u0000"}""", 400),
            ("""{"name": "\ud800"}""", 400),
            ("""{"x": null}""", 400),
            ("""{"x": ["a"]}""", 400),
            ("""{"": "a"}""", 400),
            ("""{"min_ram": -1}""", 400),
            ("""{"min_ram": 2147483648}""", 400),
            ("""{"min_disk": "1"}""", 400),
            ("""{"protected": "true"}""", 400),
            ("""{"disk_format": "vmdx"}""", 400),
            ("""{"visibility": "secret"}""", 400),
            ("""{"tags": "a"}""", 400),
            ("""{"tags": [1]}""", 400),
            ("""{"id": "disk"}""", 400),
            ("""{"id": "12345678-0000-4000-8000-000000000000\n"}""", 400),
            ("""{"size": 1}""", 403),
            ("""{"status": "active"}""", 403),
            ("""{"stores": "fast"}""", 403),
            ("""{"os_glance_x": "a"}""", 403),
            ("""{"locations": []}""", 403),
        })
        {
            Assert.AreEqual(status, (int)(await Client.PostAsync("/v2/images", body)).Status, body);
        }

        Assert.IsEmpty((await Client.GetAsync("/v2/images?visibility=all")).Is(200).Json["images"]!.AsArray());
    }

    [TestMethod]
    public async Task What_was_found_out_about_another_image_is_not_believed_of_a_new_one()
    {
        var created = (await Client.PostAsync("/v2/images", """{"name": "snapshot", "glancestore_safe": "true", "base": "b"}""")).Is(201).Json;
        Assert.IsFalse(created.ContainsKey("glancestore_safe"));
        Assert.AreEqual("b", (string?)created["base"]);
    }

    [TestMethod]
    public async Task An_id_is_given_once_even_when_its_image_was_deleted()
    {
        const string Id = "3C5B6E0A-0000-4000-8000-00000000000f";
        var body = $$"""{"id": "{{Id}}"}""";
        Assert.AreEqual(Id, (await Client.PostAsync("/v2/images", body)).Is(201)["id"]);
        (await Client.PostAsync("/v2/images", body)).Refuses(409, "already exists");
        (await Client.DeleteAsync($"/v2/images/{Id}")).Is(204);
        (await Client.GetAsync($"/v2/images/{Id}")).Refuses(404, $"No image found with ID {Id}");
        (await Client.PostAsync("/v2/images", body)).Refuses(409, "already exists");
    }

    [TestMethod]
    public async Task A_protected_image_is_not_deleted()
    {
        var id = await Client.CreateAsync("\"protected\": true");
        (await Client.DeleteAsync($"/v2/images/{id}")).Refuses(403, "is protected and cannot be deleted.");
        (await Client.PatchAsync(id, """[{"op": "replace", "path": "/protected", "value": false}]""")).Is(200);
        (await Client.DeleteAsync($"/v2/images/{id}")).Is(204);
        (await Client.DeleteAsync($"/v2/images/{id}")).Is(404);
    }

    [TestMethod]
    public async Task An_image_that_is_not_there_is_404_whatever_is_asked_of_it()
    {
        foreach (var id in new[] { Absent, "no-uuid", "%E2%98%83" })
        {
            (await Client.GetAsync($"/v2/images/{id}")).Is(404);
            (await Client.DeleteAsync($"/v2/images/{id}")).Is(404);
            (await Client.DownloadAsync(id)).Is(404);
            (await Client.UploadAsync(id, [1])).Is(404);
            (await Client.PatchAsync(id, "[]")).Is(404);
            (await Client.PutAsync($"/v2/images/{id}/tags/a")).Is(404);
            (await Client.GetAsync($"/v2/images/{id}/members")).Is(404);
            (await Client.PostAsync($"/v2/images/{id}/actions/deactivate")).Is(404);
            (await Client.GetAsync($"/v2/images/{id}/receipt")).Is(404);
        }
    }

    [TestMethod]
    public async Task A_patch_changes_all_or_nothing()
    {
        var id = await Client.CreateAsync("\"name\": \"a\", \"x\": \"1\", \"a/b\": \"2\", \"c~d\": \"3\"");
        var patched = (await Client.PatchAsync(id,
            """
            [{"op": "replace", "path": "/name", "value": null}, {"op": "add", "path": "/y", "value": "2"}, {"op": "add", "path": "/x", "value": "3"},
             {"op": "remove", "path": "/a~1b"}, {"op": "replace", "path": "/c~0d", "value": "4"}, {"op": "replace", "path": "/tags", "value": ["t"]}]
            """)).Is(200).Json;
        Assert.IsNull(patched["name"]);
        Assert.AreEqual("3", (string?)patched["x"]);
        Assert.AreEqual("2", (string?)patched["y"]);
        Assert.AreEqual("4", (string?)patched["c~d"]);
        Assert.IsFalse(patched.ContainsKey("a/b"));
        (await Client.PatchAsync(id, """[{"op": "replace", "path": "/name", "value": "b"}, {"op": "replace", "path": "/absent", "value": "1"}]""")).Is(409);
        Assert.AreEqual(patched.ToJsonString(), (await Client.GetAsync($"/v2/images/{id}")).Json.ToJsonString());
        Assert.AreEqual(id, (await Client.PatchAsync(id, "[]")).Is(200)["id"]);
    }

    [TestMethod]
    public async Task A_patch_that_cannot_be_done_changes_nothing()
    {
        var id = await Client.CreateAsync("\"name\": \"a\"");
        var before = (await Client.GetAsync($"/v2/images/{id}")).Json.ToJsonString();
        foreach (var (patch, status) in new[]
        {
            ("""{"op": "add"}""", 400),
            ("""[1]""", 400),
            ("""[{"op": "move", "path": "/name", "value": "a"}]""", 400),
            ("""[{"op": "add", "path": "name", "value": "a"}]""", 400),
            ("""[{"op": "add", "path": "/", "value": "a"}]""", 400),
            ("""[{"op": "add", "path": "/a/b", "value": "a"}]""", 400),
            ("""[{"op": "add", "path": "/a~2", "value": "a"}]""", 400),
            ("""[{"op": "add", "path": "/a~", "value": "a"}]""", 400),
            ("""[{"op": "add", "path": "/a"}]""", 400),
            ("""[{"op": "add", "path": "/a", "value": null}]""", 400),
            ("""[{"op": "remove", "path": "/name"}]""", 403),
            ("""[{"op": "remove", "path": "/absent"}]""", 409),
            ("""[{"op": "replace", "path": "/id", "value": "00000000-0000-0000-0000-000000000001"}]""", 403),
            ("""[{"op": "replace", "path": "/size", "value": 1}]""", 403),
            ("""[{"op": "add", "path": "/glancestore_safe", "value": "true"}]""", 403),
            ("""[{"op": "add", "path": "/locations/-", "value": {"url": "file:///etc/passwd", "metadata": {}}}]""", 403),
        })
        {
            Assert.AreEqual(status, (int)(await Client.PatchAsync(id, patch)).Status, patch);
            Assert.AreEqual(before, (await Client.GetAsync($"/v2/images/{id}")).Json.ToJsonString(), patch);
        }
    }

    [TestMethod]
    public async Task A_patch_of_version_2_0_is_understood_and_one_of_no_version_is_told_which_there_are()
    {
        const string Old = "application/openstack-images-v2.0-json-patch";
        var id = await Client.CreateAsync("\"x\": \"1\"");
        var patched = (await Client.PatchAsync(id, """[{"add": "/y", "value": "2"}, {"replace": "/name", "value": "n"}, {"remove": "/x"}]""", Old)).Is(200).Json;
        Assert.AreEqual("2", (string?)patched["y"]);
        Assert.AreEqual("n", (string?)patched["name"]);
        Assert.IsFalse(patched.ContainsKey("x"));
        (await Client.PatchAsync(id, """[{"add": "/y", "value": "3"}]""", Old)).Is(409);
        (await Client.PatchAsync(id, """[{"add": "/z", "remove": "/y", "value": "3"}]""", Old)).Is(400);
        var refused = (await Client.PatchAsync(id, "[]", "application/json")).Is(415);
        Assert.Contains(Old, refused.Header("Accept-Patch")!);
    }

    [TestMethod]
    public async Task Tags_are_any_text_slashes_and_other_alphabets_included()
    {
        var id = await Client.CreateAsync();
        foreach (var tag in new[] { "plain", "ünïcode ☃", "a/b", "a%2Fb", "q?x#y" })
        {
            var path = $"/v2/images/{id}/tags/{Uri.EscapeDataString(tag)}";
            (await Client.PutAsync(path)).Is(204);
            (await Client.PutAsync(path)).Is(204);
            Assert.Contains(tag, (await Client.GetAsync($"/v2/images/{id}")).Json["tags"]!.AsArray().Select(node => (string?)node));
            var found = (await Client.GetAsync($"/v2/images?tag={Uri.EscapeDataString(tag)}")).Is(200).Json["images"]!.AsArray();
            Assert.AreEqual(id, (string?)found.Single()!["id"]);
        }

        (await Client.DeleteAsync($"/v2/images/{id}/tags/a%2Fb")).Is(204);
        (await Client.DeleteAsync($"/v2/images/{id}/tags/a%2Fb")).Is(404);
        (await Client.PutAsync($"/v2/images/{id}/tags/{new string('t', 256)}")).Is(400);
        Assert.HasCount(4, (await Client.GetAsync($"/v2/images/{id}")).Json["tags"]!.AsArray());
    }

    [TestMethod]
    public async Task No_change_of_64_writers_at_once_is_lost()
    {
        var id = await Client.CreateAsync();
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async i => (i % 3) switch
        {
            0 => (await Client.PutAsync($"/v2/images/{id}/tags/t{i}")).Is(204),
            1 => (await Client.PatchAsync(id, $$"""[{"op": "add", "path": "/p{{i}}", "value": "{{i}}"}]""")).Is(200),
            _ => (await Client.PatchAsync(id, $$"""[{"op": "add", "path": "/p{{i}}", "value": "{{i}}"}, {"op": "replace", "path": "/min_ram", "value": {{i}}}]""")).Is(200),
        }));
        var image = (await Client.GetAsync($"/v2/images/{id}")).Json;
        Assert.AreEqual(22, image["tags"]!.AsArray().Count);
        Assert.AreEqual(42, image.Count(member => member.Key[0] == 'p' && char.IsAsciiDigit(member.Key[^1])));
    }

    [TestMethod]
    public async Task Only_one_of_many_creators_of_an_id_wins()
    {
        const string Body = """{"id": "12345678-0000-4000-8000-000000000000"}""";
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Client.PostAsync("/v2/images", Body)));
        Assert.AreEqual(1, answers.Count(answer => (int)answer.Status == 201));
        Assert.AreEqual(15, answers.Count(answer => (int)answer.Status == 409), string.Join(' ', answers.Select(answer => answer.Status)));
    }
}

[TestClass]
public sealed class SqliteImageTests : ImageTests;

[TestClass]
public sealed class PostgreSqlImageTests : ImageTests
{
    private readonly PostgreSqlDatabase _database = new();

    private protected override Task<string[]> SettingsAsync() => _database.CreateAsync();

    private protected override Task ForgetAsync() => _database.DropAsync();
}
