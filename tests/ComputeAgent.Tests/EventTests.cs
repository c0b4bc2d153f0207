using System.Text.Json;
using System.Text.Json.Nodes;
using GlanceStore.ComputeAgent.State;
using GlanceStore.ImageService.Tests;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>Server-sent events.</summary>
[TestClass]
public sealed class EventTests
{
    private const int Deletions = 50;

    [TestMethod]
    public async Task What_happens_to_images_and_disks_is_told_in_order()
    {
        using var place = new Place();
        var id = await place.ImageAsync(SomeBytes.Of(Place.ChunkBytes));
        await using var agent = await RunningAgent.StartAsync(place);
        using var events = new StreamReader(await agent.Client.OpenEventsAsync());
        Assert.AreEqual(": listening", await events.ReadLineAsync());
        await agent.Client.PutAsync($"/images/{id}");
        var states = new List<string?>();
        while (!states.Contains("ready"))
        {
            states.Add(await NextAsync(events));
        }

        // How far it is, is told as often as that takes.
        Assert.AreEqual("queued downloading ready", string.Join(' ', states.Distinct()));
        await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "nbd", "id": "d"}""");
        Assert.AreEqual("ready", await NextAsync(events, "disk"));
        await agent.Client.DeleteAsync("/disks/d");
        await NextAsync(events, "disk_deleted");
        await agent.Client.DeleteAsync($"/images/{id}");
        await NextAsync(events, "image_deleted");
    }

    [TestMethod]
    public async Task Nothing_is_told_of_an_image_or_a_disk_after_it_was_deleted_at_whatever_moment_that_is()
    {
        using var place = new Place();
        var bytes = SomeBytes.Of(Place.ChunkBytes);
        await using var agent = await RunningAgent.StartAsync(place, "ComputeAgent:EventBacklog=65536");
        using var events = agent.Agent.Events.Subscribe();
        for (var i = 0; i < Deletions; i++)
        {
            var id = await place.ImageAsync(bytes);
            (await agent.Client.PutAsync($"/images/{id}")).Is(202);
            await Task.WhenAll(agent.Client.PostAsync($"/images/{id}/disks", $$"""{"kind": "nbd", "id": "d{{i}}"}"""), agent.Client.DeleteAsync($"/disks/d{i}"));
            await agent.Client.DeleteAsync($"/disks/d{i}");
            (await agent.Client.DeleteAsync($"/images/{id}")).Is(204);
        }

        var gone = new HashSet<string>();
        while (events.Queue.Reader.TryRead(out var happened))
        {
            var told = JsonSerializer.SerializeToNode(happened.Data, AgentJson.Options)!;
            var name = $"{happened.Kind.Split('_')[0]} {told["id"]}";
            Assert.DoesNotContain(name, gone);
            if (happened.Kind.EndsWith("_deleted", StringComparison.Ordinal))
            {
                gone.Add(name);
            }
        }

        Assert.HasCount(2 * Deletions, gone);
    }

    [TestMethod]
    public async Task Who_asks_again_for_an_image_on_its_way_does_not_have_it_begun_anew()
    {
        using var place = new Place();
        await using var server = await SlowServer.StartAsync(free: 0);
        await using var agent = await RunningAgent.StartAsync(place, server.Settings);
        var (id, bytes) = (ImageId.New(), SomeBytes.Of(3 * Place.ChunkBytes));
        await place.TellAsync(id, server.Add("image", bytes, await place.StoreAsync(id, bytes)));
        using var events = new StreamReader(await agent.Client.OpenEventsAsync());
        await agent.Client.PutAsync($"/images/{id}");
        await agent.Client.UntilAsync(id, "downloading");
        (await agent.Client.PutAsync($"/images/{id}")).Is(202);
        server.GoOn();
        var states = new List<string?>();
        while (!states.Contains("ready"))
        {
            states.Add(await NextAsync(events));
        }

        Assert.AreEqual(1, states.Count(state => state == "queued"), string.Join(' ', states));
    }

    [TestMethod]
    public async Task Who_does_not_take_his_events_is_dropped_and_others_are_told()
    {
        using var place = new Place();
        await using var agent = await RunningAgent.StartAsync(place, "ComputeAgent:EventBacklog=4", "ComputeAgent:EventClients=2");
        await using var slow = await agent.Client.OpenEventsAsync();
        using var quick = new StreamReader(await agent.Client.OpenEventsAsync());
        using var taken = new SemaphoreSlim(0);
        var reading = ReadAsync(quick, taken);
        var padding = new string('x', 100_000);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (agent.Agent.Events.Listeners == 2)
        {
            agent.Agent.Events.Publish(new Events.AgentEvent("image", new { padding }));
            await taken.WaitAsync(limit.Token);
        }

        agent.Agent.Events.Publish(new Events.AgentEvent("image", new { padding = "the last" }));
        await reading.WaitAsync(limit.Token);
        Assert.AreEqual(1, agent.Agent.Events.Dropped);
        await Assert.ThrowsAsync<IOException>(async () => await slow.CopyToAsync(Stream.Null, limit.Token));
    }

    private static async Task ReadAsync(StreamReader events, SemaphoreSlim taken)
    {
        while (await events.ReadLineAsync() is { } line && !line.Contains("the last", StringComparison.Ordinal))
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                taken.Release();
            }
        }
    }

    private static async Task<string?> NextAsync(StreamReader events, string kind = "image")
    {
        while (await events.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                Assert.AreEqual($"event: {kind}", line);
                return (string?)JsonNode.Parse((await events.ReadLineAsync())!["data: ".Length..])!["state"];
            }
        }

        throw new EndOfStreamException("The events ended.");
    }
}
