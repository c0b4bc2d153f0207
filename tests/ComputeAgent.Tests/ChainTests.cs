using System.Diagnostics;
using GlanceStore.ImageService.Tests;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>From an upload into the image service to a guest's block device, each of them a process of its own.</summary>
[TestClass]
public sealed class ChainTests
{
    private const int Size = 100 * Place.ChunkBytes;

    [TestMethod]
    public async Task What_curl_uploads_is_what_a_guest_reads_and_a_store_that_dies_is_not_noticed()
    {
        using var place = new Place();
        DebianProgram.Require("curl", "/usr/bin/curl");
        var source = await place.FileAsync("source", SomeBytes.Of(Size));
        var image = await place.FileAsync("image.qcow2", await Tools.Qcow2Async(source, place.Root));
        using var service = StartService(place);
        try
        {
            var address = await AddressOfAsync(service);
            var id = new ImageId(await CurlAsync(place, "-s", "-X", "POST", "-H", "Content-Type: application/json", "-d", """{"disk_format": "qcow2", "container_format": "bare"}""", $"{address}/v2/images") is var created
                ? (string)System.Text.Json.Nodes.JsonNode.Parse(created)!["id"]! : "");
            await CurlAsync(place, "-sf", "-T", image, "-H", "Content-Type: application/octet-stream", "-H", "X-Image-Meta-Store: fast", $"{address}/v2/images/{id}/file");
            await CopyToColdAsync(place, address, id);
            await using var agent = await RunningAgent.StartAsync(place, "ComputeAgent:Sources:0:Type=ImageService", $"ComputeAgent:Sources:0:Url={address}");
            (await agent.Client.PutAsync($"/images/{id}", """{"format": "raw", "fetch": "when_used"}""")).Is(200);
            var disk = (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "nbd"}""")).Is(201);
            Directory.Delete(place.At("fast"), recursive: true);
            await Tools.CompareAsync(source, "raw", disk["uri"]!, "raw", place.Root);
            (await agent.Client.PutAsync($"/images/{id}", """{"format": "raw"}""")).Is(202);
            await agent.Client.UntilAsync(id, "ready");
            var overlay = (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "overlay"}""")).Is(201);
            await Tools.CompareAsync(source, "raw", overlay["path"]!, "qcow2", place.Root);
        }
        finally
        {
            service.Kill();
            await service.WaitForExitAsync();
        }
    }

    private static Process StartService(Place place)
    {
        string[] arguments =
        [
            "--urls=http://127.0.0.1:0", $"--ImageService:Database=sqlite:{place.At("images.db")}",
            .. place.Arguments.Where(argument => argument.StartsWith("--GlanceStore", StringComparison.Ordinal)), "--GlanceStore:Stores:fast:ChunkBytes=65536",
        ];
        return Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "image-service"), arguments) { RedirectStandardOutput = true })!;
    }

    private static async Task<string> AddressOfAsync(Process service)
    {
        while (await service.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.IndexOf("http://127.0.0.1:", StringComparison.Ordinal) is >= 0 and var found)
            {
                _ = service.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                return line[found..].Trim();
            }
        }

        throw new InvalidOperationException("The service ended before it listened.");
    }

    private static Task<string> CurlAsync(Place place, params string[] arguments) => DebianProgram.RunAsync("/usr/bin/curl", arguments, place.Root);

    private static async Task CopyToColdAsync(Place place, string address, ImageId id)
    {
        await CurlAsync(place, "-sf", "-X", "POST", "-H", "Content-Type: application/json", "-d", """{"method": {"name": "copy-image"}, "stores": ["cold"]}""", $"{address}/v2/images/{id}/import");
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!(await CurlAsync(place, "-sf", $"{address}/v2/images/{id}")).Contains("\"fast,cold\"", StringComparison.Ordinal))
        {
            await Task.Delay(50, limit.Token);
        }
    }
}
