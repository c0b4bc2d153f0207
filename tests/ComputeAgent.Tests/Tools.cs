using GlanceStore.ImageService.Tests;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>QEMU's and libnbd's programs.</summary>
internal static class Tools
{
    /// <summary>Checks that two disks have the same bytes.</summary>
    public static async Task CompareAsync(string one, string format, string other, string otherFormat, string home)
    {
        DebianProgram.Require("qemu-img", "/usr/bin/qemu-img");
        await DebianProgram.RunAsync("/usr/bin/qemu-img", ["compare", "-f", format, "-F", otherFormat, one, other], home);
    }

    /// <summary>All bytes of an export.</summary>
    public static async Task<byte[]> CopyAsync(string uri, string home)
    {
        DebianProgram.Require("libnbd", "/usr/bin/nbdcopy");
        var file = Path.Combine(home, $"{Guid.NewGuid():N}.copy");
        await DebianProgram.RunAsync("/usr/bin/nbdcopy", [uri, file], home);
        return await File.ReadAllBytesAsync(file);
    }

    /// <summary>What libnbd's own program says of an export.</summary>
    public static Task<string> InfoAsync(string uri, string home)
    {
        DebianProgram.Require("libnbd", "/usr/bin/nbdinfo");
        return DebianProgram.RunAsync("/usr/bin/nbdinfo", [uri], home);
    }

    /// <summary>A qcow2 image of a raw disk.</summary>
    public static async Task<byte[]> Qcow2Async(string raw, string home)
    {
        DebianProgram.Require("qemu-img", "/usr/bin/qemu-img");
        var file = Path.Combine(home, $"{Guid.NewGuid():N}.qcow2");
        await DebianProgram.RunAsync("/usr/bin/qemu-img", ["convert", "-f", "raw", "-O", "qcow2", raw, file], home);
        return await File.ReadAllBytesAsync(file);
    }
}
