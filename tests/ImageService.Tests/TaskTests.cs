using System.Text.Json.Nodes;

namespace GlanceStore.ImageService.Tests;

/// <summary>The list of all tasks, and their schemas.</summary>
public abstract class TaskTests : DatabaseTests
{
    [TestMethod]
    public async Task Tasks_are_listed_page_by_page_in_every_order_and_by_what_they_are()
    {
        string[] ids = [.. await Task.WhenAll(Enumerable.Range(0, 7).Select(_ => Client.CreateAsync()))];
        for (var i = 0; i < ids.Length; i++)
        {
            await AddAsync($"00000000-0000-0000-0000-00000000000{i}", ids[i], i % 2 == 0 ? "success" : "failure", i / 3, i < 5 ? i : null);
        }

        foreach (var key in new[] { "id", "type", "status", "owner", "expires_at", "created_at", "updated_at" })
        {
            foreach (var direction in new[] { "asc", "desc" })
            {
                var all = await AllAsync($"limit=2&sort_key={key}&sort_dir={direction}");
                var whole = (await Client.GetAsync($"/v2/tasks?sort_key={key}&sort_dir={direction}")).Is(200).Json["tasks"]!.AsArray().Select(task => (string)task!["id"]!);
                Assert.AreSequenceEqual(whole, all, $"{key} {direction}");
                Assert.HasCount(7, all.Distinct().ToArray());
            }
        }

        Assert.HasCount(3, await AllAsync("status=failure&limit=1"));
        Assert.HasCount(7, await AllAsync("type=api_image_import"));
        Assert.IsEmpty(await AllAsync("type=import"));
        Assert.HasCount(1, await AllAsync($"image_id={ids[3]}"));
        Assert.IsEmpty((await Client.GetAsync("/v2/tasks?limit=0")).Is(200).Json["tasks"]!.AsArray());
        var first = (await Client.GetAsync("/v2/tasks?limit=1")).Json["tasks"]![0]!.AsObject();
        Assert.AreEqual("created_at expires_at id owner schema self status type updated_at", string.Join(' ', first.Select(member => member.Key).Order(StringComparer.Ordinal)));
    }

    [TestMethod]
    [DataRow("limit=x")]
    [DataRow("limit=-1")]
    [DataRow("marker=00000000-0000-0000-0000-000000000000")]
    [DataRow("sort_key=input")]
    [DataRow("sort_dir=up")]
    [DataRow("status=done")]
    [DataRow("status=success&status=failure")]
    [DataRow("colour=red")]
    public async Task A_list_that_is_not_of_its_form_is_refused(string query) => (await Client.GetAsync($"/v2/tasks?{query}")).Is(400);

    [TestMethod]
    public async Task Schemas_tell_every_member_that_a_task_has()
    {
        var id = await Client.CreateAsync();
        await AddAsync("00000000-0000-0000-0000-000000000001", id, "success", 1, 2);
        var task = (await Client.GetAsync("/v2/tasks/00000000-0000-0000-0000-000000000001")).Is(200).Json;
        var schema = (await Client.GetAsync("/v2/schemas/task")).Is(200).Json["properties"]!.AsObject();
        Assert.AreSequenceEqual(schema.Select(member => member.Key).Order(StringComparer.Ordinal), task.Select(member => member.Key).Order(StringComparer.Ordinal));
        var listed = (await Client.GetAsync("/v2/schemas/tasks")).Is(200).Json["properties"]!["tasks"]!["items"]!["properties"]!.AsObject();
        Assert.IsFalse(listed.ContainsKey("input"));
    }

    private async Task<string[]> AllAsync(string query)
    {
        var ids = new List<string>();
        for (var next = $"/v2/tasks?{query}"; next is not null;)
        {
            var page = (await Client.GetAsync(next)).Is(200).Json;
            ids.AddRange(page["tasks"]!.AsArray().Select(task => (string)task!["id"]!));
            next = (string?)page["next"];
        }

        return [.. ids];
    }

    private Task AddAsync(string task, string image, string status, long time, long? end) => Service.Database.WriteAsync(session => session.ExecuteAsync(
        """
        INSERT INTO tasks (id, image_id, status, owner, input, message, created_at, updated_at, expires_at, attempts)
        VALUES (@task, @image, @status, @owner, @input, '', @created, @created, @expires, 1)
        """,
        new
        {
            task,
            image,
            status,
            owner = end is null ? null : "a",
            input = new JsonObject { ["method"] = "copy-image", ["stores"] = new JsonArray("cold"), ["must_all_succeed"] = true }.ToJsonString(),
            created = time * 1_000_000,
            expires = end is { } kept ? (kept + 9_000_000_000) * 1_000_000 : (long?)null,
        }), CancellationToken.None);
}

[TestClass]
public sealed class SqliteTaskTests : TaskTests;

[TestClass]
public sealed class PostgreSqlTaskTests : TaskTests
{
    private readonly PostgreSqlDatabase _database = new();

    private protected override Task<string[]> SettingsAsync() => _database.CreateAsync();

    private protected override Task ForgetAsync() => _database.DropAsync();
}
