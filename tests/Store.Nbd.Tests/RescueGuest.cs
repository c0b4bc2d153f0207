using System.Diagnostics;
using System.Text;
using GlanceStore.Conformance;

namespace GlanceStore.Nbd.Tests;

/// <summary>A guest of Debian's <c>grub-rescue-pc</c> that really boots, in software emulation, and what is seen of it on its serial console.</summary>
internal static class RescueGuest
{
    private const string Machine = "/usr/bin/qemu-system-x86_64";

    // Software emulation, on a machine that may have much else to do.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>The raw disk that it boots from.</summary>
    public const string Disk = "/usr/lib/grub-rescue/grub-rescue-cdrom.iso";

    /// <summary>Skips the test where there is no such guest.</summary>
    public static void Require()
    {
        if (!File.Exists(Machine))
        {
            SkippedServers.Skip("qemu-system", $"there is no {Machine}");
        }

        if (!File.Exists(Disk))
        {
            SkippedServers.Skip("rescue-disks", $"there is no {Disk}");
        }
    }

    /// <summary>Boots it until it has drawn its menu, which it does with what it has loaded from the disk; it is killed then.</summary>
    /// <param name="disk">A qcow2 file, which may lie over anything.</param>
    public static async Task BootAsync(string disk)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var guest = Process.Start(StartOf(disk))!;
        var (console, buffer) = (new StringBuilder(), new char[1024]);
        try
        {
            // The BIOS leads its console to the serial port.
            while (!IsAtMenu(console.ToString()))
            {
                var read = await guest.StandardOutput.ReadAsync(buffer, patience.Token);
                Assert.AreNotEqual(0, read, $"the guest ended after '{console}'");
                console.Append(buffer, 0, read);
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"the guest said no more than '{console}'");
        }
        finally
        {
            guest.Kill();
            await guest.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static bool IsAtMenu(string console) =>
        console.Contains("GNU GRUB", StringComparison.Ordinal) && console.Contains("highlighted entry", StringComparison.Ordinal);

    private static ProcessStartInfo StartOf(string disk) => new(Machine,
        ["-accel", "tcg", "-nodefaults", "-nographic", "-monitor", "none", "-serial", "stdio", "-m", "128", "-net", "none", "-drive", $"file={disk},format=qcow2,if=ide"])
    {
        RedirectStandardOutput = true,
    };
}
