using GlanceStore.Formats;

namespace GlanceStore.Nbd.Tests;

/// <summary>A guest that boots from a disk inside a compressed image, over NBD and an overlay of its own.</summary>
[TestClass]
public sealed class GuestTests
{
    [TestMethod]
    public async Task A_guest_boots_from_a_qcow2_image_over_NBD_and_writes_to_its_overlay_only()
    {
        RealClients.Require("qemu-img", "qemu-img");
        RescueGuest.Require();
        await using var server = new TestServer([]);
        var (image, overlay) = (server.At("rescue.qcow2"), server.At("overlay.qcow2"));
        await RealClients.RunAsync("qemu-img", "convert", "-f", "raw", "-O", "qcow2", "-c", RescueGuest.Disk, image);
        server.Server.Add(await NbdExport.OpenAsync("", async cancelled => await VirtualDisk.OpenAsync(File.OpenRead(image), cancellationToken: cancelled)));
        var stored = await File.ReadAllBytesAsync(image);
        await RealClients.RunAsync("qemu-img", "create", "-f", "qcow2", "-F", "raw", "-b", server.Uri(), overlay);
        await RescueGuest.BootAsync(overlay);
        TestServer.Same(stored, await File.ReadAllBytesAsync(image));
        Assert.IsEmpty(server.Log.Warnings);
    }
}
