using System.Text.Json.Nodes;

namespace GlanceStore.ImageService.Tests;

/// <summary>POST of a task: an image is made of what is at an address.</summary>
public abstract class TaskCreationTests : DatabaseTests
{
    private protected override string[] Settings => Imports.FromLoopback;

    [TestMethod]
    public async Task A_task_makes_an_image_of_what_is_at_an_address_with_the_properties_that_it_was_given()
    {
        var data = SomeBytes.Of(300_000);
        using var web = Imports.Web(data);
        var made = (await Client.PostAsync("/v2/tasks", Imports.MakingOf($"{web.Url}/disk", "raw", """{"name": "made", "disk_format": "raw", "os_distro": "debian", "tags": ["t"], "visibility": "public"}"""))).Is(201);
        Assert.AreEqual(new Uri(Service.Address, $"/v2/tasks/{made["id"]}").AbsoluteUri, made.Header("Location"));
        Assert.AreEqual("import", made["type"]);
        var id = made["image_id"]!;
        await Imports.EndAsync(Service, id);
        var task = (await Client.GetAsync($"/v2/tasks/{made["id"]}")).Is(200).Json;
        Assert.AreEqual("success", (string?)task["status"]);
        Assert.AreEqual(id, (string?)task["result"]!["image_id"]);
        Assert.AreEqual(
            $$$"""{"import_from":"{{{web.Url}}}/disk","import_from_format":"raw","image_properties":{"name":"made","disk_format":"raw","os_distro":"debian","tags":["t"],"visibility":"public"}}""",
            task["input"]!.ToJsonString());
        var image = (await Client.GetAsync($"/v2/images/{id}")).Is(200).Json;
        Assert.AreEqual("active made raw bare debian public", $"{image["status"]} {image["name"]} {image["disk_format"]} {image["container_format"]} {image["os_distro"]} {image["visibility"]}");
        Assert.AreEqual("""["t"]""", image["tags"]!.ToJsonString());
        Assert.IsFalse(image.ContainsKey("os_glance_import_task"));
        Assert.AreSequenceEqual(data, (await Client.DownloadAsync(id)).Is(200).Body);
        Assert.AreEqual((string?)made["id"], (string?)(await Client.GetAsync("/v2/tasks?type=import&status=success")).Is(200).Json["tasks"]!.AsArray().Single()!["id"]);
    }

    [TestMethod]
    public async Task A_task_that_fails_says_why_and_leaves_no_image_behind()
    {
        using var web = Imports.Web(SomeBytes.Of(1000));
        foreach (var (path, format, words) in new[] { ("/absent", "raw", "absent"), ("/disk", "qcow2", "its format is raw") })
        {
            var made = (await Client.PostAsync("/v2/tasks", Imports.MakingOf(web.Url + path, format))).Is(201);
            var id = made["image_id"]!;
            await Imports.EndAsync(Service, id);
            await DeletedAsync(id);
            var task = (await Client.GetAsync($"/v2/tasks/{made["id"]}")).Is(200);
            Assert.AreEqual("failure", task["status"]);
            Assert.Contains(words, task["message"]!);
            Assert.IsNull(task["result"]);
        }

        Assert.IsEmpty(Service.StoredIn("fast"));
        Assert.IsEmpty((await Client.GetAsync("/v2/images")).Is(200).Json["images"]!.AsArray());
    }

    [TestMethod]
    public async Task A_task_that_is_not_of_its_form_is_400_and_makes_nothing()
    {
        const string Address = "http://x.example.org/disk";
        foreach (var body in new[]
        {
            "[]", "{}", """{"type": "import"}""", """{"type": "import", "input": []}""", """{"type": 1, "input": {}}""",
            """{"type": "export", "input": {}}""", """{"type": "api_image_import", "input": {"image_id": "00000000-0000-0000-0000-000000000001"}}""",
            """{"type": "import", "input": {"import_from_format": "raw", "image_properties": {}}}""",
            $$$$"""{"type": "import", "input": {"import_from": "{{{{Address}}}}", "image_properties": {}}}""",
            $$$"""{"type": "import", "input": {"import_from": "{{{Address}}}", "import_from_format": "raw"}}""",
            $$$"""{"type": "import", "input": {"import_from": "{{{Address}}}", "import_from_format": "raw", "image_properties": {}, "colour": "red"}}""",
            Imports.MakingOf("file:///etc/passwd", "raw"), Imports.MakingOf("swift://x/y", "raw"), Imports.MakingOf("nonsense", "raw"), Imports.MakingOf("", "raw"), Imports.MakingOf(new string('x', 3000), "raw"),
            Imports.MakingOf(Address, "nothing"), Imports.MakingOf(Address, "raw", "[]"), Imports.MakingOf(Address, "raw", """{"disk_format": "qcow2"}"""), Imports.MakingOf(Address, "raw", """{"min_ram": "much"}"""),
            Imports.MakingOf(Address, "raw", """{"id": "00000000-0000-0000-0000-000000000001"}"""), Imports.MakingOf(Address, "raw", """{"x": 1}"""), Imports.MakingOf(Address, "raw", """{"\ud800": "x"}"""),
            Imports.MakingOf(Address, "raw", """{"glancestore_\ud800": "x"}"""), Imports.MakingOf(Address, "raw", """{"x": "\ud800"}"""),
        })
        {
            Assert.AreEqual(400, (int)(await Client.PostAsync("/v2/tasks", body)).Status, body);
        }

        (await Client.PostAsync("/v2/tasks", Imports.MakingOf(Address, "raw", """{"size": 1}"""))).Is(403);
        Assert.IsEmpty((await Client.GetAsync("/v2/tasks")).Is(200).Json["tasks"]!.AsArray());
        Assert.IsEmpty((await Client.GetAsync("/v2/images")).Is(200).Json["images"]!.AsArray());
    }

    [TestMethod]
    public async Task Where_nothing_may_be_fetched_no_task_does()
    {
        await using var closed = await Service.StartAnotherAsync("ImageService:ImportMethods=glance-direct");
        (await closed.Client.PostAsync("/v2/tasks", Imports.MakingOf("http://x.example.org/disk", "raw"))).Refuses(400, "web-download is not enabled");
    }

    private async Task DeletedAsync(string id)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await Service.Database.ReadAsync(session => session.FindAsync<string>("SELECT status FROM images WHERE id = @id", new { id }), limit.Token) != "deleted")
        {
            await Task.Delay(20, limit.Token);
        }
    }
}

[TestClass]
public sealed class SqliteTaskCreationTests : TaskCreationTests;

[TestClass]
public sealed class PostgreSqlTaskCreationTests : TaskCreationTests
{
    private readonly PostgreSqlDatabase _database = new();

    private protected override Task<string[]> SettingsAsync() => _database.CreateAsync();

    private protected override Task ForgetAsync() => _database.DropAsync();
}
