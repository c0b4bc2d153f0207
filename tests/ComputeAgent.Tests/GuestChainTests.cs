using System.Globalization;
using System.Text.RegularExpressions;
using GlanceStore.ImageService.Tests;
using GlanceStore.Nbd.Tests;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>From <c>openstack image create</c> to a guest that boots: the service, its store, the agent and the guest are programs of their own, and real.</summary>
[TestClass]
public sealed partial class GuestChainTests
{
    // What GRUB loads before it draws its menu is several times as much.
    private const long SomeOfTheBoot = 3 * Place.ChunkBytes;

    [TestMethod]
    [DataRow("s3")]
    [DataRow("rbd")]
    public async Task What_openstack_uploads_boots_while_it_arrives_and_out_of_the_cache(string store)
    {
        await RequireAsync();
        using var place = new Place();
        string[] stores = [.. store == "s3" ? RealCeph.S3(RealCeph.Gateway) : RealCeph.Rbd(), $"GlanceStore:DefaultStore={store}"];
        await using var service = await ChainService.StartAsync(place, stores);
        var id = await service.CreateAsync(await CompressedAsync(place), "qcow2");
        await using (var agent = await AgentProcess.StartAsync(place.Socket, ArgumentsOf(place, service, stores)))
        {
            (await agent.Client.PutAsync($"/images/{id}", """{"format": "raw", "fetch": "when_used"}""")).Is(200);
            var export = (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "nbd"}""")).Is(201);
            await RescueGuest.BootAsync(await OverlayAsync(place, export["uri"]!));
            (await agent.Client.PutAsync($"/images/{id}", """{"format": "raw"}""")).Is(202);
            await agent.Client.UntilAsync(id, "ready");
            var overlay = (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "overlay"}""")).Is(201);
            await Tools.CompareAsync(RescueGuest.Disk, "raw", overlay["path"]!, "qcow2", place.Root);
            await RescueGuest.BootAsync(overlay["path"]!);
            Assert.Contains(store, StoresRead(await agent.Client.GetAsync("/metrics")));
            await agent.StopAsync();
        }

        await service.OpenstackAsync("delete", id.Value);
    }

    [TestMethod]
    public async Task A_guest_does_not_notice_that_the_store_it_boots_from_dies()
    {
        await RequireAsync();
        using var place = new Place();
        await using var front = new DyingFront(RealCeph.Gateway);
        string[] stores = [.. RealCeph.S3(front.Url), .. RealCeph.Rbd(), "GlanceStore:DefaultStore=s3"];
        await using var service = await ChainService.StartAsync(place, stores);
        var id = await service.CreateAsync(await CompressedAsync(place), "qcow2");
        await service.CopyAsync(id, "rbd");

        // What a guest reads is fetched then, and little else: what was there already would need no store.
        await using (var agent = await AgentProcess.StartAsync(
            place.Socket, [.. ArgumentsOf(place, service, stores), "--ComputeAgent:Cache:ReadAheadBytes=0", "--ComputeAgent:Cache:BackgroundBytesPerSecond=4096"]))
        {
            (await agent.Client.PutAsync($"/images/{id}", """{"format": "raw", "fetch": "when_used"}""")).Is(200);
            var export = (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "nbd"}""")).Is(201);
            var overlay = await OverlayAsync(place, export["uri"]!);
            Assert.IsFalse(StoresRead(await agent.Client.GetAsync("/metrics")).Contains("rbd"), "Nothing has failed yet.");
            front.DieAfter(SomeOfTheBoot);
            await RescueGuest.BootAsync(overlay);
            Assert.IsTrue(front.IsDead, "The guest has booted before its store died.");
            Assert.Contains("rbd", StoresRead(await agent.Client.GetAsync("/metrics")));
            await Tools.CompareAsync(RescueGuest.Disk, "raw", export["uri"]!, "raw", place.Root);
            await agent.StopAsync();
        }

        front.Repair();
        await service.OpenstackAsync("delete", id.Value);
    }

    private static async Task RequireAsync()
    {
        DebianProgram.Require("qemu-img", "/usr/bin/qemu-img");
        RescueGuest.Require();
        await RealCeph.RequireAsync();
    }

    private static IEnumerable<string> ArgumentsOf(Place place, ChainService service, string[] stores) => [.. place.Arguments, .. service.Source.Concat(stores).Select(setting => $"--{setting}")];

    private static async Task<string> CompressedAsync(Place place)
    {
        var image = place.At("rescue.qcow2");
        await DebianProgram.RunAsync("/usr/bin/qemu-img", ["convert", "-f", "raw", "-O", "qcow2", "-c", RescueGuest.Disk, image], place.Root);
        return image;
    }

    private static async Task<string> OverlayAsync(Place place, string export)
    {
        var overlay = place.At("guest.qcow2");
        await DebianProgram.RunAsync("/usr/bin/qemu-img", ["create", "-f", "qcow2", "-F", "raw", "-b", export, overlay], place.Root);
        return overlay;
    }

    // The stores that bytes have come from.
    private static List<string> StoresRead(Answer metrics) =>
        [.. Read().Matches(metrics.Is(200).Text).Where(match => long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) > 0).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("""glancestore_transfer_io_total\{store="([^"]*)"\} (\d+)""")]
    private static partial Regex Read();
}
