using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using GlanceStore.ImageService.Tests;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>How an agent starts, and what it leaves alone.</summary>
[TestClass]
public sealed class StartTests
{
    [TestMethod]
    [DataRow("compute-agent")]
    [DataRow("image-service")]
    public async Task One_heap_is_enough_for_all_cores_so_that_memory_does_not_grow_with_them(string program)
    {
        var file = Path.Combine(AppContext.BaseDirectory, $"{program}.runtimeconfig.json");
        var properties = JsonNode.Parse(await File.ReadAllTextAsync(file))!["runtimeOptions"]!["configProperties"]!;
        Assert.IsFalse((bool)properties["System.GC.Server"]!);
    }

    [TestMethod]
    [DataRow("compute-agent", "--help", "compute-agent [--config FILE]")]
    [DataRow("image-service", "-h", "image-service [--config FILE]")]
    [DataRow("image-service", "db check --help", "image-service db check")]
    public async Task A_program_that_is_asked_for_help_tells_how_it_is_called_and_does_not_start(string program, string arguments, string told)
    {
        using var place = new Place();
        var said = await DebianProgram.RunAsync(Path.Combine(AppContext.BaseDirectory, program), arguments.Split(' '), place.Root);
        Assert.Contains(told, said);
        Assert.DoesNotContain("listening", said);
    }

    [TestMethod]
    [DataRow("compute-agent", "--ComputeAgent:Downloads=many", "Downloads")]
    [DataRow("compute-agent", "--GlanceStore:Stores:a:Type=tape", "tape")]
    [DataRow("compute-agent", "--config=/nowhere.json", "/nowhere.json")]
    [DataRow("image-service", "--ImageService:Inspection=never", "Inspection")]
    [DataRow("image-service", "--GlanceStore:Stores:a:Type=file", "Directory")]
    [DataRow("image-service", "--config=/nowhere.json", "/nowhere.json")]
    public async Task A_program_whose_settings_are_wrong_says_so_without_a_stack_and_ends_with_2(string program, string setting, string told)
    {
        using var place = new Place();
        var (exitCode, output, errors) = await DebianProgram.TryAsync(Path.Combine(AppContext.BaseDirectory, program), [setting], place.Root);
        Assert.AreEqual(2, exitCode, errors + output);
        Assert.StartsWith($"{program}: ", errors);
        Assert.Contains(told, errors);
        Assert.DoesNotContain("   at ", errors + output);
    }

    [TestMethod]
    public async Task Without_any_configuration_it_starts_and_reads_what_an_unconfigured_image_service_stored()
    {
        using var place = new Place();
        var bytes = SomeBytes.Of(3 * Place.ChunkBytes);
        var (id, folder) = (ImageId.New(), "image-service/images");
        Directory.CreateDirectory(place.At(folder));
        var receipt = await place.StoreAsync(id, bytes, folder);
        receipt = new ImageReceipt(receipt.Location with { StoreId = "local" }, receipt.Size, receipt.Chunks) { MultiHash = receipt.MultiHash };
        var socket = place.At("run/compute-agent/agent.sock");
        await using var agent = await AgentProcess.StartAsync(
            socket, ["--Logging:LogLevel:Default=Warning"], ("XDG_CACHE_HOME", place.At("cache")), ("XDG_DATA_HOME", place.Root), ("XDG_RUNTIME_DIR", place.At("run")));
        Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(socket));
        Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(place.At("cache/compute-agent")));
        (await agent.Client.PutImageAsync(id, receipt)).Is(202);
        await agent.Client.UntilAsync(id, "ready");
        var disk = (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "nbd"}""")).Is(201);
        Assert.AreSequenceEqual(bytes, await Tools.CopyAsync(disk["uri"]!, place.Root));
    }

    [TestMethod]
    public async Task A_second_agent_on_one_directory_or_socket_is_one_clear_error()
    {
        using var place = new Place();
        await using var agent = await RunningAgent.StartAsync(place);
        var again = await Assert.ThrowsAsync<InvalidOperationException>(() => RunningAgent.StartAsync(place));
        Assert.Contains("Another agent keeps its images", again.Message);
        var other = await Assert.ThrowsAsync<InvalidOperationException>(() => RunningAgent.StartAsync(
            place, $"ComputeAgent:Directory={place.At("other")}", $"ComputeAgent:Nbd=unix:{place.At("other.sock")}"));
        Assert.Contains("another server does", other.Message);
        Assert.Contains("ComputeAgent:Socket", other.Message);
        (await agent.Client.GetAsync("/health")).Is(200);
    }

    [TestMethod]
    public async Task A_socket_of_a_dead_agent_gives_way_and_a_file_does_not()
    {
        using var place = new Place();
        using (var dead = Process.Start("python3", ["-c", $"import socket; socket.socket(socket.AF_UNIX).bind('{place.Socket}')"]))
        {
            await dead.WaitForExitAsync();
        }

        Assert.IsTrue(File.Exists(place.Socket));
        await using (var agent = await RunningAgent.StartAsync(place))
        {
            (await agent.Client.GetAsync("/health")).Is(200);
        }

        await File.WriteAllTextAsync(place.Socket, "theirs");
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => RunningAgent.StartAsync(place));
        Assert.Contains("no socket", refused.Message);
        Assert.AreEqual("theirs", await File.ReadAllTextAsync(place.Socket));
    }

    [TestMethod]
    public async Task All_mistakes_of_the_settings_are_told_at_once()
    {
        using var place = new Place();
        var wrong = await Assert.ThrowsAsync<InvalidOperationException>(() => RunningAgent.StartAsync(
            place, "ComputeAgent:Downloads=0", "ComputeAgent:Nbd=0.0.0.0:10809", "ComputeAgent:Sources:1:Type=Glance", "ComputeAgent:Sources:1:Url=http://user:secret@glance",
            "ComputeAgent:Sources:1:Token=t", "ComputeAgent:Cache:ScrubInterval=00:00:01", "ComputeAgent:Sources:1:Keystone:Password=secret", "ComputeAgent:Ceph:Pool=a/b/c"));
        foreach (var word in new[] { "Downloads", "Nbd", "Url", "a TokenFile or a Keystone", "a Username, a Password", "In Ceph, 'Pool'", "In Cache, 'ScrubInterval'" })
        {
            Assert.Contains(word, wrong.Message);
        }

        Assert.DoesNotContain("secret", wrong.Message);
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunningAgent.StartAsync(place, "ComputeAgent:Dowloads=1"));
    }

    [TestMethod]
    public async Task What_is_set_for_the_cache_is_what_the_cache_does()
    {
        using var place = new Place();
        await using var agent = await RunningAgent.StartAsync(place, "ComputeAgent:Cache:ScrubInterval=7.00:00:00", "ComputeAgent:Cache:ScrubBytesPerSecond=1000000",
            "ComputeAgent:Cache:HedgeAfter=00:00:02", "ComputeAgent:Cache:MaxBytes=1000000000", "ComputeAgent:Cache:MaxDiskBytes=2000000000");
        var options = agent.Agent.Cache.Options;
        Assert.AreEqual((TimeSpan.FromDays(7), 1_000_000L, TimeSpan.FromSeconds(2), 1_000_000_000L, 2_000_000_000L),
            (options.ScrubInterval, options.ScrubBytesPerSecond, options.HedgeAfter, options.MaxBytes, options.MaxDiskBytes));
    }

    [TestMethod]
    public async Task A_record_that_cannot_be_read_is_left_alone_and_the_others_are_taken_up()
    {
        using var place = new Place();
        var id = await place.ImageAsync(SomeBytes.Of(Place.ChunkBytes));
        await using (var agent = await RunningAgent.StartAsync(place))
        {
            await agent.Client.PutAsync($"/images/{id}");
            await agent.Client.UntilAsync(id, "ready");
        }

        await File.WriteAllTextAsync(place.At("agent/images/torn.json"), "{\"id\": \"a");
        await using var next = await RunningAgent.StartAsync(place);
        Assert.HasCount(1, (await next.Client.GetAsync("/images")).Json["images"]!.AsArray());
        Assert.IsTrue(File.Exists(place.At("agent/images/torn.json")));
    }
}
