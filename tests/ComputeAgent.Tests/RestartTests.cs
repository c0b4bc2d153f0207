using System.Text.Json.Nodes;
using GlanceStore.ImageService.Tests;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>Agents that are stopped, and that are killed.</summary>
[TestClass]
public sealed class RestartTests
{
    private const int Size = 20 * Place.ChunkBytes;
    private const int Kills = 20;

    private static readonly string RoomForOne = $"ComputeAgent:Cache:MaxBytes={Size * 3 / 2}";

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task What_guests_have_is_theirs_after_the_agent_was_killed_or_stopped(bool isKilled)
    {
        using var place = new Place();
        var bytes = SomeBytes.Of(Size);
        var source = await place.FileAsync("source", bytes);
        var id = await place.ImageAsync(bytes);
        await using (var agent = await AgentProcess.StartAsync(place.Socket, place.Arguments))
        {
            await agent.Client.PutAsync($"/images/{id}");
            await agent.Client.UntilAsync(id, "ready");
            foreach (var kind in new[] { "overlay", "clone", "nbd" })
            {
                (await agent.Client.PostAsync($"/images/{id}/disks", $$"""{"kind": "{{kind}}", "id": "{{kind}}"}""")).Is(201);
            }

            await (isKilled ? agent.KillAsync() : agent.StopAsync());
        }

        await using var next = await AgentProcess.StartAsync(place.Socket, place.Arguments);
        await next.Client.UntilAsync(id, "ready");
        var overlay = await next.Client.UntilDiskIsReadyAsync("overlay");
        await Tools.CompareAsync(source, "raw", (string)overlay["path"]!, "qcow2", place.Root);
        var export = await next.Client.UntilDiskIsReadyAsync("nbd");
        await Tools.CompareAsync(source, "raw", (string)export["uri"]!, "raw", place.Root);
        (await next.Client.DeleteAsync($"/images/{id}")).Refuses(409, "InUse", "clone, nbd, overlay");
        foreach (var kind in new[] { "overlay", "clone", "nbd" })
        {
            (await next.Client.DeleteAsync($"/disks/{kind}")).Is(204);
        }

        (await next.Client.DeleteAsync($"/images/{id}")).Is(204);
        await next.StopAsync();
        Assert.IsEmpty(Directory.GetFileSystemEntries(place.At("disks")));
        Assert.IsFalse(File.Exists(place.Socket), "the socket was left");
    }

    [TestMethod]
    public async Task Killed_at_any_moment_every_disk_has_its_file_and_every_file_its_disk()
    {
        using var place = new Place();
        var id = await place.ImageAsync(SomeBytes.Of(Size));
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var i = 0; i < Kills; i++)
        {
            await using var agent = await AgentProcess.StartAsync(place.Socket, place.Arguments);
            await CheckAsync(agent, place, $"seed {seed}, start {i}");
            await agent.Client.PutAsync($"/images/{id}");
            await agent.Client.UntilAsync(id, "ready");
            var work = WorkAsync(agent, id, i);
            await Task.Delay(random.Next(0, 150));
            await agent.KillAsync();
            await work;
        }

        await using var last = await AgentProcess.StartAsync(place.Socket, place.Arguments);
        await CheckAsync(last, place, $"seed {seed}, at the end");
    }

    [TestMethod]
    public async Task A_disk_that_is_removed_while_a_new_agent_still_waits_for_its_image_holds_nothing()
    {
        using var place = new Place();
        await using var server = await SlowServer.StartAsync(free: 0);
        server.GoOn();
        var (id, bytes) = (ImageId.New(), SomeBytes.Of(Size));
        var receipt = server.Add("image", bytes, await place.StoreAsync(id, bytes));
        await using (var agent = await RunningAgent.StartAsync(place, server.Settings))
        {
            await agent.Client.PutImageAsync(id, receipt);
            await agent.Client.UntilAsync(id, "ready");
            (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "overlay", "id": "d"}""")).Is(201);
        }

        server.Pause();
        Directory.Delete(place.At("agent/cache"), recursive: true);
        await using var next = await RunningAgent.StartAsync(place, server.Settings);
        Assert.AreEqual("waiting", (await next.Client.GetAsync("/disks/d"))["state"]);
        (await next.Client.DeleteAsync("/disks/d")).Is(204);
        server.GoOn();
        await next.Client.UntilAsync(id, "ready");
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while ((await next.Client.DeleteAsync($"/images/{id}")) is { Status: not System.Net.HttpStatusCode.NoContent } answer)
        {
            answer.Refuses(409, "InUse"); // what waited for the image lets go of it in a moment
            await Task.Delay(20, limit.Token);
        }
    }

    [TestMethod]
    public async Task An_image_that_had_to_make_room_comes_again_when_it_is_asked_for_and_not_because_the_agent_starts()
    {
        using var place = new Place();
        await using var server = await SlowServer.StartAsync(free: 0);
        server.GoOn();
        string[] settings = [.. server.Settings, RoomForOne];
        ImageId[] ids = [ImageId.New(), ImageId.New()];
        await using (var agent = await RunningAgent.StartAsync(place, settings))
        {
            foreach (var id in ids)
            {
                var bytes = SomeBytes.Of(Size, id == ids[0] ? 1 : 2);
                await agent.Client.PutImageAsync(id, server.Add(id.Value, bytes, await place.StoreAsync(id, bytes)));
                await agent.Client.UntilAsync(id, "ready");
            }
        }

        var fetched = server.Bytes;
        server.Pause();
        await using (var agent = await RunningAgent.StartAsync(place, settings))
        {
            Assert.AreEqual("known", (await agent.Client.GetAsync($"/images/{ids[0]}"))["state"]);
            Assert.AreEqual("ready", (await agent.Client.GetAsync($"/images/{ids[1]}"))["state"]);
            Assert.AreEqual(fetched, server.Bytes);
            (await agent.Client.PutAsync($"/images/{ids[0]}")).Is(202);
        }

        // It was asked for by then.
        await using var last = await RunningAgent.StartAsync(place, settings);
        server.GoOn();
        await last.Client.UntilAsync(ids[0], "ready");
    }

    [TestMethod]
    public async Task What_a_restart_fetches_takes_no_image_that_an_overlay_is_read_through_even_where_that_cannot_be_verified_yet()
    {
        using var place = new Place();
        await using var server = await SlowServer.StartAsync(free: long.MaxValue);
        string[] settings = [.. server.Settings, RoomForOne];
        var (id, other, bytes) = (ImageId.New(), ImageId.New(), SomeBytes.Of(Size));
        var source = await place.FileAsync("source", bytes);
        string kept;
        await using (var agent = await RunningAgent.StartAsync(place, settings))
        {
            await agent.Client.PutImageAsync(id, server.Add("image", bytes, await place.StoreAsync(id, bytes)));
            await agent.Client.UntilAsync(id, "ready");
            (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "overlay", "id": "d"}""")).Is(201);
            kept = new DirectoryInfo(place.At("agent/cache")).GetFiles("*", SearchOption.AllDirectories).MaxBy(file => file.Length)!.FullName;
            var receipt = await place.StoreAsync(other, SomeBytes.Of(Size, 2), "cold");
            File.Move(place.At($"cold/{other}"), place.At("away"));
            await agent.Client.PutImageAsync(other, receipt);
            await agent.Client.UntilAsync(other, "failed");
        }

        File.Move(place.At("away"), place.At($"cold/{other}"));
        using (var file = File.OpenHandle(kept, FileMode.Open, FileAccess.Write))
        {
            RandomAccess.Write(file, [(byte)~bytes[0]], 0);
        }

        server.Refuse(int.MaxValue);
        await using var next = await RunningAgent.StartAsync(place, settings);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while ((await next.Client.GetAsync("/disks/d"))["error"] is null)
        {
            await Task.Delay(20, limit.Token);
        }

        await next.Client.UntilAsync(other, "failed");
        (await next.Client.PutAsync($"/images/{other}")).Is(202);
        Assert.AreEqual("OutOfSpace", (string?)(await next.Client.UntilAsync(other, "failed"))["error"]!["code"]);
        Assert.IsTrue(File.Exists(kept));
        server.Refuse(0);
        var disk = await next.Client.UntilDiskIsReadyAsync("d");
        await Tools.CompareAsync(source, "raw", (string)disk["path"]!, "qcow2", place.Root);
    }

    [TestMethod]
    public async Task A_disk_whose_image_is_slow_keeps_no_other_disk_from_being_tried_again()
    {
        using var place = new Place();
        await using var server = await SlowServer.StartAsync(free: 0);
        server.GoOn();
        var (slow, away) = (ImageId.New(), ImageId.New());
        await using (var agent = await RunningAgent.StartAsync(place, server.Settings))
        {
            await agent.Client.PutImageAsync(slow, server.Add("image", SomeBytes.Of(Size), await place.StoreAsync(slow, SomeBytes.Of(Size))));
            await agent.Client.PutImageAsync(away, await place.StoreAsync(away, SomeBytes.Of(Size, 2), "cold"));
            foreach (var (image, disk) in new[] { (slow, "slow"), (away, "away") })
            {
                await agent.Client.UntilAsync(image, "ready");
                (await agent.Client.PostAsync($"/images/{image}/disks", $$"""{"kind": "overlay", "id": "{{disk}}"}""")).Is(201);
            }
        }

        server.Pause();
        Directory.Delete(place.At("agent/cache"), recursive: true);
        File.Move(place.At($"cold/{away}"), place.At("away"));
        await using var next = await RunningAgent.StartAsync(place, server.Settings);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while ((await next.Client.GetAsync("/disks/away"))["error"] is null)
        {
            await Task.Delay(20, limit.Token);
        }

        File.Move(place.At("away"), place.At($"cold/{away}"));
        await next.Client.UntilDiskIsReadyAsync("away");
        Assert.AreEqual("waiting", (await next.Client.GetAsync("/disks/slow"))["state"]);
        server.GoOn();
        await next.Client.UntilDiskIsReadyAsync("slow");
    }

    private static async Task CheckAsync(AgentProcess agent, Place place, string when)
    {
        var disks = (await agent.Client.GetAsync("/disks")).Is(200).Json["disks"]!.AsArray();
        Assert.IsTrue(disks.All(disk => (string?)disk!["state"] is "ready" or "waiting"), $"{when}: {disks.ToJsonString()}");
        var told = disks.Where(disk => disk!["path"] is not null).Select(disk => (string)disk!["path"]!).Order(StringComparer.Ordinal);
        Assert.AreEqual(string.Join('\n', told), string.Join('\n', Directory.GetFiles(place.At("disks")).Order(StringComparer.Ordinal)), when);
        foreach (JsonNode? disk in disks.Where(disk => (string?)disk!["kind"] == "overlay"))
        {
            await DebianProgram.RunAsync("/usr/bin/qemu-img", ["check", "-q", (string)disk!["path"]!], place.Root);
        }
    }

    private static async Task WorkAsync(AgentProcess agent, ImageId id, int round)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                var kind = (i % 3) switch { 0 => "overlay", 1 => "clone", _ => "nbd" };
                var name = $"{kind}-{round}-{i}";
                await agent.Client.PostAsync($"/images/{id}/disks", $$"""{"kind": "{{kind}}", "id": "{{name}}"}""");
                if (i % 2 == 0)
                {
                    await agent.Client.DeleteAsync($"/disks/{name}?force=true");
                }
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // It was killed.
        }
    }
}
