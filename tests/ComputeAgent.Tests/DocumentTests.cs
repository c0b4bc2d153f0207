using GlanceStore.ImageService.Tests;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>The commands of docs/compute-agent.md, run as they stand there.</summary>
[TestClass]
public sealed class DocumentTests
{
    private const string Curl = "agent() { curl -sS ";

    [TestMethod]
    public async Task The_requests_of_the_document_do_what_it_says()
    {
        DebianProgram.Require("curl", "/usr/bin/curl");
        DebianProgram.Require("qemu-img", "/usr/bin/qemu-img");
        using var place = new Place();
        var (id, bytes) = (ImageId.New(), SomeBytes.Of(3 * Place.ChunkBytes));
        var receipt = await place.StoreAsync(id, bytes);
        await place.TellAsync(id, receipt);
        await place.FileAsync("receipt.json", System.Text.Encoding.UTF8.GetBytes(receipt.ToJson()));
        await using var agent = await RunningAgent.StartAsync(place);
        var lines = Block(await File.ReadAllLinesAsync(PathOfDocument()));
        Assert.StartsWith(Curl, lines[0]);
        var function = lines[0].Replace("/run/compute-agent/agent.sock", place.Socket, StringComparison.Ordinal).Replace(Curl, Curl + "--fail-with-body ", StringComparison.Ordinal);
        Assert.Contains(place.Socket, function);
        foreach (var line in lines.Skip(1).Where(line => !line.Contains("/events", StringComparison.Ordinal)))
        {
            if (line.EndsWith("while a disk uses it", StringComparison.Ordinal))
            {
                await DeleteDisksAsync(agent);
            }

            await DebianProgram.RunAsync("/bin/sh", ["-euc", $"ID={id}\n{function}\n{line}"], place.Root);
            if (line.Contains("when_used", StringComparison.Ordinal))
            {
                // Exports are made of what is fetched when it is used; the other kinds, of what is here.
                await agent.Client.PutAsync($"/images/{id}");
                await agent.Client.UntilAsync(id, "ready");
            }
        }

        Assert.IsEmpty((await agent.Client.GetAsync("/images")).Json["images"]!.AsArray());
    }

    private static async Task DeleteDisksAsync(RunningAgent agent)
    {
        foreach (var disk in (await agent.Client.GetAsync("/disks")).Json["disks"]!.AsArray())
        {
            (await agent.Client.DeleteAsync($"/disks/{disk!["id"]}")).Is(204);
        }
    }

    // The block that begins with the function, without what is empty.
    private static List<string> Block(string[] document) =>
        [.. document.SkipWhile(line => !line.StartsWith(Curl, StringComparison.Ordinal)).TakeWhile(line => line != "```").Where(line => line.Length > 0)];

    private static string PathOfDocument()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "GlanceStore.sln")))
        {
            folder = folder.Parent!;
        }

        return Path.Combine(folder.FullName, "docs", "compute-agent.md");
    }
}
