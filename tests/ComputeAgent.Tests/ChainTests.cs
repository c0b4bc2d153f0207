using System.Text.Json.Nodes;
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
        var source = await place.FileAsync("source", SomeBytes.Of(Size));
        var image = await place.FileAsync("image.qcow2", await Tools.Qcow2Async(source, place.Root));
        await using var service = await ChainService.StartAsync(place);
        var created = await service.CurlAsync(
            "-s", "-X", "POST", "-H", "Content-Type: application/json", "-d", """{"disk_format": "qcow2", "container_format": "bare"}""", $"{service.Address}/v2/images");
        var id = new ImageId((string)JsonNode.Parse(created)!["id"]!);
        await service.CurlAsync("-sf", "-T", image, "-H", "Content-Type: application/octet-stream", "-H", "X-Image-Meta-Store: fast", $"{service.Address}/v2/images/{id}/file");
        await service.CopyAsync(id, "cold");
        await using var agent = await RunningAgent.StartAsync(place, service.Source);
        (await agent.Client.PutAsync($"/images/{id}", """{"format": "raw", "fetch": "when_used"}""")).Is(200);
        var disk = (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "nbd"}""")).Is(201);
        Directory.Delete(place.At("fast"), recursive: true);
        await Tools.CompareAsync(source, "raw", disk["uri"]!, "raw", place.Root);
        (await agent.Client.PutAsync($"/images/{id}", """{"format": "raw"}""")).Is(202);
        await agent.Client.UntilAsync(id, "ready");
        var overlay = (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "overlay"}""")).Is(201);
        await Tools.CompareAsync(source, "raw", overlay["path"]!, "qcow2", place.Root);
    }
}
