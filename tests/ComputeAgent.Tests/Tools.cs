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

    /// <summary>Says many times at once that all of an export will be read, without reading it.</summary>
    public static Task AnnounceAsync(string uri, string home)
    {
        DebianProgram.Require("libnbd", "/usr/bin/nbdinfo");
        return DebianProgram.RunAsync("/usr/bin/python3", ["-c", """
            import nbd, sys
            h = nbd.NBD()
            h.connect_uri(sys.argv[1])
            said = [h.aio_cache(h.get_size(), 0) for _ in range(32)]
            while h.aio_in_flight() > 0:
                h.poll(-1)
            assert all(h.aio_command_completed(one) for one in said)
            h.shutdown()
            """, uri], home);
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
