using System.Diagnostics;
using System.Text;
using GlanceStore.Conformance;
using GlanceStore.Formats;

namespace GlanceStore.Nbd.Tests;

/// <summary>A guest that boots from a disk inside a compressed image, over NBD and an overlay of its own.</summary>
[TestClass]
public sealed class GuestTests
{
    private const string RescueDisk = "/usr/lib/grub-rescue/grub-rescue-cdrom.iso";

    // Software emulation, on a machine that may have much else to do.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [TestMethod]
    public async Task A_guest_boots_from_a_qcow2_image_over_NBD_and_writes_to_its_overlay_only()
    {
        RealClients.Require("qemu-img", "qemu-img");
        RealClients.Require("qemu-system", "qemu-system-x86_64");
        if (!File.Exists(RescueDisk))
        {
            SkippedServers.Skip("rescue-disks", $"there is no {RescueDisk}");
        }

        await using var server = new TestServer([]);
        var (image, overlay) = (server.At("rescue.qcow2"), server.At("overlay.qcow2"));
        await RealClients.RunAsync("qemu-img", "convert", "-f", "raw", "-O", "qcow2", "-c", RescueDisk, image);
        server.Server.Add(await NbdExport.OpenAsync("", async cancelled => await VirtualDisk.OpenAsync(File.OpenRead(image), cancellationToken: cancelled)));
        var stored = await File.ReadAllBytesAsync(image);
        await RealClients.RunAsync("qemu-img", "create", "-f", "qcow2", "-F", "raw", "-b", server.Uri(), overlay);

        // The menu is drawn by what GRUB has loaded from the disk, and says so on the console that the BIOS leads to the serial port.
        var console = await ConsoleAsync(overlay, text => text.Contains("GNU GRUB", StringComparison.Ordinal) && text.Contains("highlighted entry", StringComparison.Ordinal));
        Assert.Contains("GNU GRUB", console);
        TestServer.Same(stored, await File.ReadAllBytesAsync(image));
        Assert.IsEmpty(server.Log.Warnings);
    }

    private static async Task<string> ConsoleAsync(string disk, Func<string, bool> isEnough)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var guest = Process.Start(RealClients.StartOf("qemu-system-x86_64", "-accel", "tcg", "-nodefaults", "-nographic", "-monitor", "none", "-serial", "stdio", "-m", "128",
            "-net", "none", "-drive", $"file={disk},format=qcow2,if=ide"))!;
        var (console, buffer) = (new StringBuilder(), new char[1024]);
        try
        {
            while (!isEnough(console.ToString()))
            {
                var read = await guest.StandardOutput.ReadAsync(buffer, patience.Token);
                Assert.AreNotEqual(0, read, $"the guest ended after '{console}'");
                console.Append(buffer, 0, read);
            }

            return console.ToString();
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"the guest said no more than '{console}'");
            throw;
        }
        finally
        {
            guest.Kill();
            await guest.WaitForExitAsync(CancellationToken.None);
        }
    }
}
