using System.Text.Json.Nodes;

namespace GlanceStore.ImageService.Tests;

/// <summary>Lists: filters, orders, pages.</summary>
public abstract class ListTests : DatabaseTests
{
    [TestMethod]
    public async Task Pages_in_any_order_tell_each_image_once_whatever_is_missing()
    {
        var ids = new List<string>();
        for (var i = 0; i < 11; i++)
        {
            ids.Add(await Client.CreateAsync(i % 3 == 0 ? "\"min_ram\": 1" : $"\"name\": \"n{i % 4}\", \"disk_format\": \"{(i % 2 == 0 ? "raw" : "qcow2")}\", \"container_format\": \"bare\""));
        }

        (await Client.UploadAsync(ids[2], SomeBytes.Of(100))).Is(204);
        foreach (var order in new[] { "", "sort=name:asc", "sort=name", "sort=size:asc,name:desc", "sort=disk_format:desc,id:asc", "sort_key=status&sort_dir=asc", "sort_key=name&sort_key=id&sort_dir=asc&sort_dir=desc", "sort=updated_at:asc", "sort=created_at" })
        {
            var whole = IdsOf((await Client.GetAsync($"/v2/images?{order}")).Is(200).Json);
            Assert.AreSequenceEqual(ids.Order(StringComparer.Ordinal), whole.Order(StringComparer.Ordinal), order);
            Assert.AreSequenceEqual(whole, await FollowAsync($"/v2/images?limit=4&{order}"), order);
        }
    }

    [TestMethod]
    public async Task The_newest_image_comes_first()
    {
        var first = await Client.CreateAsync();
        var second = await Client.CreateAsync();
        Assert.AreSequenceEqual(new[] { second, first }, IdsOf((await Client.GetAsync("/v2/images")).Json));
    }

    [TestMethod]
    public async Task The_next_page_keeps_every_parameter_repeated_ones_too()
    {
        for (var i = 0; i < 3; i++)
        {
            await Client.CreateAsync("\"tags\": [\"a\", \"b\"], \"x\": \"ü&=\"");
        }

        await Client.CreateAsync("\"tags\": [\"a\"]");
        var page = (await Client.GetAsync("/v2/images?tag=a&tag=b&x=%C3%BC%26%3D&limit=2")).Json;
        Assert.HasCount(2, page["images"]!.AsArray());
        Assert.AreEqual("/v2/images?tag=a&tag=b&x=%C3%BC%26%3D&limit=2", (string?)page["first"]);
        Assert.AreEqual($"/v2/images?tag=a&tag=b&x=%C3%BC%26%3D&limit=2&marker={page["images"]![1]!["id"]}", (string?)page["next"]);
        var last = (await Client.GetAsync((string)page["next"]!)).Json;
        Assert.HasCount(1, last["images"]!.AsArray());
        Assert.IsFalse(last.ContainsKey("next"));
        Assert.IsEmpty((await Client.GetAsync("/v2/images?limit=0")).Is(200).Json["images"]!.AsArray());
    }

    [TestMethod]
    public async Task A_long_list_is_made_of_its_images_as_each_is_told_by_itself_in_their_order()
    {
        var images = new List<string>();
        for (var i = 0; i < 120; i++)
        {
            var id = await Client.CreateAsync($"\"name\": \"n{i % 7}\", \"tags\": [\"<{i}>\"], \"text\": \"{new string('ü', i % 40 == 0 ? 65535 : i)}\"");
            images.Insert(0, (await Client.GetAsync($"/v2/images/{id}")).Is(200).Text);
        }

        var whole = (await Client.GetAsync("/v2/images?limit=1000")).Is(200);
        Assert.AreEqual("application/json", whole.Header("Content-Type"));
        Assert.AreEqual(TextOf(images, "limit=1000", null), whole.Text);
        foreach (var count in new[] { 1, 50, 51, 100, 119, 120 })
        {
            var next = JsonNode.Parse(images[count - 1])!["id"];
            Assert.AreEqual(TextOf(images.Take(count), $"limit={count}", $"limit={count}&marker={next}"), (await Client.GetAsync($"/v2/images?limit={count}")).Is(200).Text, $"{count}");
        }

        var byName = IdsOf((await Client.GetAsync("/v2/images?limit=120&sort=name:asc")).Is(200).Json);
        Assert.HasCount(120, byName.Distinct());
        Assert.AreSequenceEqual(byName, await FollowAsync("/v2/images?limit=17&sort=name:asc"));
    }

    [TestMethod]
    public async Task A_short_list_tells_its_length()
    {
        await Client.CreateAsync();
        var list = (await Client.GetAsync("/v2/images")).Is(200);
        Assert.AreEqual($"{list.Body.Length}", list.Header("Content-Length"));
    }

    [TestMethod]
    public async Task Filters_find_what_they_name_and_nothing_else()
    {
        var raw = await Client.StoreAsync(SomeBytes.Of(1000), "\"name\": \"raw, one\", \"disk_format\": \"raw\", \"container_format\": \"bare\", \"tags\": [\"x\", \"y\"], \"os_distro\": \"debian\"");
        var empty = await Client.CreateAsync("\"name\": \"in:side\", \"protected\": true, \"visibility\": \"public\"");
        var hidden = await Client.CreateAsync("\"name\": \"hidden\", \"os_hidden\": true");
        var community = await Client.CreateAsync("\"name\": \"all\", \"visibility\": \"community\"");
        var checksum = (await Client.GetAsync($"/v2/images/{raw}"))["checksum"];
        await FindsAsync("", raw, empty);
        await FindsAsync("name=raw,+one", raw);
        await FindsAsync("name=in%3A%22raw,+one%22,in%3Aside", raw, empty);
        await FindsAsync("name=eq:in:side", empty);
        await FindsAsync("id=in:" + raw + "," + hidden, raw);
        await FindsAsync("status=active", raw);
        await FindsAsync("disk_format=raw&container_format=bare", raw);
        await FindsAsync("size_min=1000&size_max=1000", raw);
        await FindsAsync("size=999");
        await FindsAsync("checksum=" + checksum, raw);
        await FindsAsync("os_distro=debian", raw);
        await FindsAsync("os_distro=Debian");
        await FindsAsync("tag=x&tag=y", raw);
        await FindsAsync("tag=x&tag=z");
        await FindsAsync("protected=True", empty);
        await FindsAsync("os_hidden=true", hidden);
        await FindsAsync("visibility=public", empty);
        await FindsAsync("visibility=community", community);
        await FindsAsync("visibility=all", raw, empty, community);
        await FindsAsync("created_at=gte:2020-01-01T00:00:00Z&updated_at=gt:2020-01-01", raw, empty);
        await FindsAsync("created_at=lt:2020-01-01T00:00:00%2B02:00");
        await FindsAsync("name=raw'%20OR%20'1'='1");
        var second = (await Client.GetAsync($"/v2/images/{raw}"))["created_at"];
        Assert.Contains(raw, IdsOf((await Client.GetAsync($"/v2/images?created_at=eq:{second}")).Json));
        Assert.DoesNotContain(raw, IdsOf((await Client.GetAsync($"/v2/images?created_at=neq:{second}")).Json));
    }

    [TestMethod]
    public async Task A_parameter_that_is_not_of_its_form_is_400()
    {
        foreach (var query in new[]
        {
            "limit=-1",
            "limit=x",
            "limit=1&limit=2",
            "limit=99999999999999999999",
            "marker=00000000-0000-0000-0000-000000000000",
            "marker=x",
            "sort=password",
            "sort=name:up",
            "sort=name:asc:desc",
            "sort_key=name&sort_key=id&sort_dir=asc&sort_dir=asc&sort_dir=asc",
            "sort=name&sort_key=id",
            "sort_dir=down",
            "visibility=secret",
            "member_status=maybe",
            "protected=yes",
            "os_hidden=1",
            "size_min=small",
            "created_at=yesterday",
            "created_at=in:2020-01-01",
            "name=gt:a",
            "name=in:%22open",
            "name=in:a%22b%22",
            "changes-since=2020-01-01",
        })
        {
            Assert.AreEqual(400, (int)(await Client.GetAsync($"/v2/images?{query}")).Status, query);
        }
    }

    private async Task FindsAsync(string query, params string[] expected) => Assert.AreSequenceEqual(
        expected.Order(StringComparer.Ordinal), IdsOf((await Client.GetAsync($"/v2/images?{query}")).Is(200).Json).Order(StringComparer.Ordinal), query);

    private async Task<List<string>> FollowAsync(string path)
    {
        var found = new List<string>();
        for (var next = path; next is not null;)
        {
            var page = (await Client.GetAsync(next)).Is(200).Json;
            found.AddRange(IdsOf(page));
            next = (string?)page["next"];
        }

        return found;
    }

    private static string TextOf(IEnumerable<string> images, string first, string? next)
    {
        var link = next is null ? "" : $",\"next\":\"/v2/images?{next.Replace("&", "\\u0026", StringComparison.Ordinal)}\"";
        return $"{{\"images\":[{string.Join(',', images)}],\"first\":\"/v2/images?{first}\",\"schema\":\"/v2/schemas/images\"{link}}}";
    }

    private static List<string> IdsOf(JsonObject page) => [.. page["images"]!.AsArray().Select(image => (string)image!["id"]!)];
}

[TestClass]
public sealed class SqliteListTests : ListTests;

[TestClass]
public sealed class PostgreSqlListTests : ListTests
{
    private readonly PostgreSqlDatabase _database = new();

    private protected override Task<string[]> SettingsAsync() => _database.CreateAsync();

    private protected override Task ForgetAsync() => _database.DropAsync();
}
