using System.Text;
using GlanceStore.ImageService.Tests;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>Images that are asked for, as clients of the API see them.</summary>
[TestClass]
public sealed class ImageTests
{
    private const int Size = (5 * Place.ChunkBytes) + 777;

    [TestMethod]
    public async Task An_image_that_is_asked_for_is_fetched_and_ready_once_it_is_whole()
    {
        using var place = new Place();
        var id = await place.ImageAsync(SomeBytes.Of(Size));
        await using var agent = await RunningAgent.StartAsync(place);
        (await agent.Client.GetAsync($"/images/{id}")).Refuses(404, "NotFound");
        (await agent.Client.PutAsync($"/images/{id}")).Is(202);
        var image = await agent.Client.UntilAsync(id, "ready");
        Assert.AreEqual(Size, (int)image["size"]!);
        Assert.AreEqual("raw", (string?)image["found"]!["format"]);
        (await agent.Client.PutAsync($"/images/{id}")).Is(200);
        Assert.Contains(id.Value, (await agent.Client.GetAsync("/images")).Is(200).Text);
        Assert.Contains("compute_agent_images{state=\"ready\"} 1", (await agent.Client.GetAsync("/metrics")).Is(200).Text);
    }

    [TestMethod]
    public async Task A_look_at_the_metrics_lists_the_cache_once_and_not_twice()
    {
        using var place = new Place();
        var id = await place.ImageAsync(SomeBytes.Of(Size));
        await using var agent = await RunningAgent.StartAsync(place);
        await agent.Client.PutAsync($"/images/{id}");
        await agent.Client.UntilAsync(id, "ready");
        using var listings = new DirectoryListings(place.At("agent/cache"));
        (await agent.Client.GetAsync("/images")).Is(200);
        var once = listings.Count();
        Assert.IsGreaterThan(0, once);
        Assert.Contains($"compute_agent_cache_bytes ", (await agent.Client.GetAsync("/metrics")).Is(200).Text);
        Assert.AreEqual(once, listings.Count());
    }

    [TestMethod]
    public async Task Who_asks_again_joins_and_all_is_fetched_once()
    {
        using var place = new Place();
        await using var server = await SlowServer.StartAsync(free: 0);
        await using var agent = await RunningAgent.StartAsync(place, server.Settings);
        var (id, bytes) = (ImageId.New(), SomeBytes.Of(Size));
        var receipt = server.Add("image", bytes, await place.StoreAsync(id, bytes));
        await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ => (await agent.Client.PutImageAsync(id, receipt)).Is(202)));
        server.GoOn();
        await agent.Client.UntilAsync(id, "ready");
        Assert.IsLessThan(Size * 1.5, (double)server.Bytes);
    }

    [TestMethod]
    public async Task Those_of_higher_priority_come_first_and_no_more_than_may_at_once()
    {
        using var place = new Place();
        await using var server = await SlowServer.StartAsync(free: 0);
        await using var agent = await RunningAgent.StartAsync(place, [.. server.Settings, "ComputeAgent:Downloads=1"]);
        var ids = new List<ImageId>();
        foreach (var (name, priority) in new[] { ("first", 0), ("low", -5), ("middle", 0), ("high", 5) })
        {
            var (id, bytes) = (ImageId.New(), SomeBytes.Of(Place.ChunkBytes, ids.Count));
            ids.Add(id);
            (await agent.Client.PutImageAsync(id, server.Add(name, bytes, await place.StoreAsync(id, bytes)), $$""", "priority": {{priority}}""")).Is(202);
        }

        // Who waits and is wanted more by now comes before those that are.
        (await agent.Client.PutAsync($"/images/{ids[1]}", """{"priority": 9}""")).Is(202);
        Assert.AreEqual(1, agent.Agent.Downloads.Running);
        server.GoOn();
        foreach (var id in ids)
        {
            await agent.Client.UntilAsync(id, "ready");
        }

        Assert.AreEqual("first low high middle", string.Join(' ', server.Asked.Distinct()));
    }

    [TestMethod]
    public async Task A_receipt_of_another_image_is_an_error_and_nothing_of_it_is_handed_out()
    {
        using var place = new Place();
        await using var agent = await RunningAgent.StartAsync(place);
        var (one, other) = (SomeBytes.Of(Size, 1), SomeBytes.Of(Size, 2));
        var (id, otherId) = (ImageId.New(), ImageId.New());
        await place.StoreAsync(id, one);
        var right = await place.StoreAsync(otherId, other);
        var wrong = new ImageReceipt(new ImageLocation($"file://{place.At("fast")}/{id}", "fast"), right.Size, right.Chunks) { MultiHash = right.MultiHash };
        (await agent.Client.PutImageAsync(id, wrong)).Is(202);
        var image = await agent.Client.UntilAsync(id, "failed");
        Assert.AreEqual("Corrupted", (string?)image["error"]!["code"], image.ToJsonString());
        (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "nbd"}""")).Refuses(409, "NotReady");
    }

    [TestMethod]
    public async Task An_image_that_changed_under_its_id_is_told_and_what_is_here_stays()
    {
        using var place = new Place();
        var id = await place.ImageAsync(SomeBytes.Of(Size, 1));
        await using var agent = await RunningAgent.StartAsync(place);
        await agent.Client.PutAsync($"/images/{id}");
        var before = await agent.Client.UntilAsync(id, "ready");
        await place.TellAsync(id, await place.StoreAsync(ImageId.New(), SomeBytes.Of(Size, 2)));
        (await agent.Client.PutAsync($"/images/{id}")).Refuses(409, "Changed", "another content");
        Assert.AreEqual((string?)before["digest"], (await agent.Client.GetAsync($"/images/{id}"))["digest"]);
        (await agent.Client.DeleteAsync($"/images/{id}")).Is(204);
        (await agent.Client.PutAsync($"/images/{id}")).Is(202);
    }

    [TestMethod]
    public async Task An_image_that_its_source_has_forgotten_is_gone_and_one_that_cannot_be_asked_is_no_obstacle()
    {
        using var place = new Place();
        var id = await place.ImageAsync(SomeBytes.Of(Size));
        await using var agent = await RunningAgent.StartAsync(place);
        await agent.Client.PutAsync($"/images/{id}");
        await agent.Client.UntilAsync(id, "ready");
        File.Delete(place.At($"receipts/{id}.json"));
        (await agent.Client.PutAsync($"/images/{id}")).Refuses(410, "NotFound", "not known to its source any more");
        Directory.Delete(place.At("receipts"));
        (await agent.Client.PutAsync($"/images/{id}")).Is(200);
        (await agent.Client.PutAsync($"/images/{ImageId.New()}")).Refuses(503, "Unavailable");
    }

    [TestMethod]
    public async Task An_image_that_leads_to_another_file_is_refused_before_a_guest_sees_a_byte()
    {
        using var place = new Place();
        await using var agent = await RunningAgent.StartAsync(place);
        foreach (var format in new[] { "null", "\"raw\"" })
        {
            var id = await place.ImageAsync(Qcow2.WithBackingFile("/etc/passwd"));
            (await agent.Client.PutAsync($"/images/{id}", $$"""{"format": {{format}}, "fetch": "when_used"}""")).Is(200);
            (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "nbd", "id": "d"}""")).Refuses(422, "Refused");
            (await agent.Client.GetAsync("/disks/d")).Refuses(404, "NotFound");
            Assert.AreEqual("""{"exports":[]}""", (await agent.Client.GetAsync("/exports")).Text);
            (await agent.Client.PutAsync($"/images/{id}", $$"""{"format": {{format}}}""")).Is(202);
            Assert.AreEqual("Refused", (string?)(await agent.Client.UntilAsync(id, "failed"))["error"]!["code"]);
            (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "overlay"}""")).Refuses(409, "NotReady", "not safe");
        }
    }

    [TestMethod]
    public async Task A_small_image_of_a_disk_that_is_too_large_is_not_made_raw_and_keeps_no_other_waiting()
    {
        using var place = new Place();
        await using var agent = await RunningAgent.StartAsync(place, "ComputeAgent:Downloads=1", $"ComputeAgent:Cache:MaxDiskBytes={1L << 40}");
        var (large, other) = (await place.ImageAsync(Qcow2.Empty(2L << 40)), await place.ImageAsync(SomeBytes.Of(Size)));
        (await agent.Client.PutAsync($"/images/{large}", """{"format": "raw"}""")).Is(202);
        (await agent.Client.PutAsync($"/images/{other}")).Is(202);
        await agent.Client.UntilAsync(other, "ready");
        var image = await agent.Client.UntilAsync(large, "failed");
        Assert.AreEqual("TooLarge", (string?)image["error"]!["code"], image.ToJsonString());
        (await agent.Client.PutAsync($"/images/{large}")).Is(202);
        await agent.Client.UntilAsync(large, "ready");
    }

    [TestMethod]
    public async Task Two_ids_of_one_content_share_it_and_it_goes_with_the_last()
    {
        using var place = new Place();
        var bytes = SomeBytes.Of(Size);
        ImageId[] ids = [await place.ImageAsync(bytes), await place.ImageAsync(bytes)];
        await using var agent = await RunningAgent.StartAsync(place);
        foreach (var id in ids)
        {
            await agent.Client.PutAsync($"/images/{id}");
            await agent.Client.UntilAsync(id, "ready");
        }

        (await agent.Client.DeleteAsync($"/images/{ids[0]}")).Is(204);
        await agent.Client.UntilAsync(ids[1], "ready");
        Assert.HasCount(1, await agent.Agent.Cache.ListAsync());
        (await agent.Client.DeleteAsync($"/images/{ids[1]}")).Is(204);
        Assert.IsEmpty(await agent.Agent.Cache.ListAsync());
    }

    [TestMethod]
    public async Task An_image_that_is_deleted_on_its_way_leaves_nothing()
    {
        using var place = new Place();
        await using var server = await SlowServer.StartAsync(free: Place.ChunkBytes);
        await using var agent = await RunningAgent.StartAsync(place, server.Settings);
        var (id, bytes) = (ImageId.New(), SomeBytes.Of(Size));
        (await agent.Client.PutImageAsync(id, server.Add("image", bytes, await place.StoreAsync(id, bytes)))).Is(202);
        await agent.Client.UntilAsync(id, "downloading");
        (await agent.Client.DeleteAsync($"/images/{id}")).Is(204);
        (await agent.Client.GetAsync($"/images/{id}")).Refuses(404, "NotFound");
        Assert.IsEmpty(await agent.Agent.Cache.ListAsync());
        Assert.IsEmpty(Directory.GetFiles(place.At("agent/images")));
    }

    [TestMethod]
    public async Task Whoever_was_at_an_image_when_it_was_deleted_neither_fetches_it_again_nor_tells_of_it()
    {
        using var place = new Place();
        var id = await place.ImageAsync(SomeBytes.Of(Size));
        await using var agent = await RunningAgent.StartAsync(place);
        await agent.Client.PutAsync($"/images/{id}");
        await agent.Client.UntilAsync(id, "ready");
        var image = agent.Agent.Images.Find(id.Value)!;
        (await agent.Client.DeleteAsync($"/images/{id}")).Is(204);
        using var events = agent.Agent.Events.Subscribe();
        Assert.IsFalse(agent.Agent.Images.Fetch(image));
        image.Told.Tell(agent.Agent.Events, () => new Events.AgentEvent("image", new { }));
        Assert.IsFalse(events.Queue.Reader.TryRead(out _));
        Assert.IsEmpty(await agent.Agent.Cache.ListAsync());
    }

    [TestMethod]
    public async Task A_chunk_that_the_hosts_disk_did_not_keep_is_told_in_the_log_and_comes_anew()
    {
        using var place = new Place();
        var bytes = SomeBytes.Of(Size);
        var id = await place.ImageAsync(bytes);
        await using var agent = await AgentProcess.StartAsync(place.Socket, [.. place.Arguments, "--ComputeAgent:Cache:ReverifyAfter=00:00:00.001"]);
        await agent.Client.PutAsync($"/images/{id}");
        var digest = (string)(await agent.Client.UntilAsync(id, "ready"))["digest"]!;
        var kept = new DirectoryInfo(place.At("agent/cache")).GetFiles("*", SearchOption.AllDirectories).MaxBy(file => file.Length)!;
        using (var file = kept.Open(FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            file.Position = 2 * Place.ChunkBytes;
            file.WriteByte((byte)~bytes[2 * Place.ChunkBytes]);
        }

        var disk = (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "clone"}""")).Is(201);
        Assert.AreSequenceEqual(bytes, await File.ReadAllBytesAsync(disk["path"]!));
        await agent.StopAsync();
        var said = await agent.SaidAsync();
        Assert.Contains("chunk 2 of", said);
        Assert.Contains(digest.Split(':')[^1], said);
    }

    [TestMethod]
    [DataRow("PUT", "/images/..", "", 404)]
    [DataRow("PUT", "/images/-x", "", 400)]
    [DataRow("PUT", "/images/a%2Fb", "", 400)]
    [DataRow("PUT", "/images/a", "{", 400)]
    [DataRow("PUT", "/images/a", "[]", 400)]
    [DataRow("PUT", "/images/a", "null", 400)]
    [DataRow("PUT", "/images/a", """{"frmat": "raw"}""", 400)]
    [DataRow("PUT", "/images/a", """{"format": "qcow2"}""", 400)]
    [DataRow("PUT", "/images/a", """{"priority": 101}""", 400)]
    [DataRow("PUT", "/images/a", """{"source": "nobody"}""", 400)]
    [DataRow("PUT", "/images/a", """{"receipt": {"location": "file:///x", "size": 1}}""", 400)]
    [DataRow("PUT", "/images/a", "", 404)]
    [DataRow("POST", "/images/a/disks", """{"kind": "nbd"}""", 404)]
    [DataRow("POST", "/images/a/disks", """{"kind": "nbd", "id": "../x"}""", 400)]
    [DataRow("POST", "/images/a/disks", """{"kind": 1}""", 400)]
    [DataRow("POST", "/images/a/disks", "{}", 400)]
    [DataRow("POST", "/images/a/disks", """{"kind": "rbd"}""", 404)]
    [DataRow("POST", "/images/a/disks", """{"kind": "rbd", "path": "x"}""", 400)]
    [DataRow("DELETE", "/images/a", "", 404)]
    [DataRow("DELETE", "/disks/a", "", 404)]
    [DataRow("GET", "/disks/a", "", 404)]
    [DataRow("GET", "/nowhere", "", 404)]
    [DataRow("PUT", "/disks/a", "", 405)]
    public async Task A_request_that_is_wrong_is_one_sentence(string method, string path, string body, int status)
    {
        using var place = new Place();
        await using var agent = await RunningAgent.StartAsync(place);
        var answer = await (method switch
        {
            "PUT" => agent.Client.PutAsync(path, body),
            "POST" => agent.Client.PostAsync(path, body),
            "DELETE" => agent.Client.DeleteAsync(path),
            _ => agent.Client.GetAsync(path),
        });
        Assert.AreEqual("application/problem+json", answer.Is(status).ContentType);
        Assert.EndsWith(".", answer["detail"]!);
    }

    [TestMethod]
    public async Task Images_of_the_configuration_are_fetched_at_the_start()
    {
        using var place = new Place();
        var id = await place.ImageAsync(SomeBytes.Of(Size));
        await using var agent = await RunningAgent.StartAsync(place, $"ComputeAgent:Precache:0:Id={id}", "ComputeAgent:Precache:0:Format=raw");
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!(await agent.Client.GetAsync("/images")).Text.Contains(id.Value, StringComparison.Ordinal))
        {
            await Task.Delay(20, limit.Token);
        }

        await agent.Client.UntilAsync(id, "ready");
    }

    [TestMethod]
    public async Task What_Nova_has_is_taken_over_where_it_is_the_image_and_fetched_where_it_is_not()
    {
        using var place = new Place();
        ImageId[] ids = [await place.ImageAsync(SomeBytes.Of(Size, 1)), await place.ImageAsync(SomeBytes.Of(Size, 2))];
        Directory.CreateDirectory(place.At("_base"));
        await File.WriteAllBytesAsync(place.At($"_base/{NovaNameOf(ids[0])}"), SomeBytes.Of(Size, 1));
        await File.WriteAllBytesAsync(place.At($"_base/{NovaNameOf(ids[1])}"), SomeBytes.Of(Size, 3));
        await File.WriteAllTextAsync(place.At("_base/theirs"), "theirs");
        Directory.Delete(place.At("fast"), recursive: true);
        await using var agent = await RunningAgent.StartAsync(place);
        var files = (await agent.Client.PostAsync("/adopt", $$"""{"directory": "{{place.At("_base")}}", "images": ["{{ids[0]}}", "{{ids[1]}}"]}""")).Is(200).Json["files"]!.AsArray();
        Assert.HasCount(3, files);
        Assert.AreEqual(ids[0].Value, (string?)files.Single(file => (bool)file!["adopted"]!)!["image"]);
        await agent.Client.UntilAsync(ids[0], "ready");
        (await agent.Client.PutAsync($"/images/{ids[1]}")).Is(202);
        await agent.Client.UntilAsync(ids[1], "failed");
        Assert.HasCount(3, Directory.GetFiles(place.At("_base")));
        (await agent.Client.PostAsync("/adopt", """{"directory": "_base"}""")).Refuses(400, "BadRequest");
        (await agent.Client.PostAsync("/adopt", """{"directory": "/nowhere/_base"}""")).Refuses(404, "NotFound");
    }

    [TestMethod]
    public async Task What_is_here_stays_as_it_was_asked_for_where_Novas_images_are_taken_over()
    {
        using var place = new Place();
        var id = await place.ImageAsync(SomeBytes.Of(Size));
        Directory.CreateDirectory(place.At("_base"));
        await using var agent = await RunningAgent.StartAsync(place);
        await agent.Client.PutAsync($"/images/{id}", """{"format": "raw", "priority": 7}""");
        await agent.Client.UntilAsync(id, "ready");
        (await agent.Client.PostAsync("/adopt", $$"""{"directory": "{{place.At("_base")}}", "images": ["{{id}}"]}""")).Is(200);
        var image = await agent.Client.UntilAsync(id, "ready");
        Assert.AreEqual("raw 7", $"{image["format"]} {image["priority"]}");
    }

    [TestMethod]
    public async Task A_body_over_the_limit_is_refused()
    {
        using var place = new Place();
        await using var agent = await RunningAgent.StartAsync(place);
        (await agent.Client.PostAsync("/images/a/disks", new StringBuilder().Append('{').Append(' ', 70_000).Append('}').ToString())).Is(413);
        (await agent.Client.GetAsync("/health")).Is(200);
    }

#pragma warning disable CA5350 // Nova's name of a file, and nothing that is trusted.
    private static string NovaNameOf(ImageId id) => Convert.ToHexStringLower(System.Security.Cryptography.SHA1.HashData(Encoding.UTF8.GetBytes(id.Value)));
#pragma warning restore CA5350
}
