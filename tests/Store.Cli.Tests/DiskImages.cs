using GlanceStore.Conformance;

namespace GlanceStore.Cli.Tests;

/// <summary>Images that qemu-img makes of a disk with random bytes, text and holes.</summary>
internal static class DiskImages
{
    /// <summary>Makes <c>disk.raw</c> and from it an image.</summary>
    /// <returns>The bytes of the disk.</returns>
    public static async Task<byte[]> MakeAsync(Tool tool, string name, int megabytes, params string[] options)
    {
        Require();
        var disk = new byte[megabytes << 20];
        new Random(megabytes).NextBytes(disk.AsSpan(0, disk.Length / 2));
        for (var at = disk.Length / 4; at < disk.Length / 2; at++)
        {
            disk[at] &= 3; // what can be compressed
        }

        await File.WriteAllBytesAsync(tool.At("disk.raw"), disk);
        await RunAsync(tool, ["convert", "-f", "raw", .. options, tool.At("disk.raw"), tool.At(name)]);
        return disk;
    }

    public static async Task RunAsync(Tool tool, params string[] arguments)
    {
        Require();
        using var process = tool.StartProgram("qemu-img", arguments);
        process.StandardInput.Close();
        Assert.AreEqual(0, (await Tool.EndOfAsync(process)).ExitCode);
    }

    private static void Require()
    {
        if (!File.Exists("/usr/bin/qemu-img"))
        {
            SkippedServers.Skip("qemu-img", "there is no /usr/bin/qemu-img");
        }
    }
}
