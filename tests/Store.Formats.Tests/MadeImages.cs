using System.Diagnostics;
using GlanceStore.Conformance;

namespace GlanceStore.Formats.Tests;

/// <summary>Images of every format and variant, made once by the real tools.</summary>
[TestClass]
public static class MadeImages
{
    private static readonly Lazy<string> Made = new(Make);

    /// <summary>Where an image is. Skips the test where the tools are absent.</summary>
    public static string At(string name) => Path.Combine(Made.Value, name);

    public static byte[] Bytes(string name) => File.ReadAllBytes(At(name));

    /// <summary>The names of the images, by pattern.</summary>
    public static IEnumerable<string> All(string pattern) =>
        Directory.EnumerateFiles(Made.Value, pattern).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    /// <summary>Runs a program and gives what it printed.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.AreEqual(0, process.ExitCode, $"{program} {string.Join(' ', arguments)}: {await errors}");
        return output;
    }

    [AssemblyCleanup]
    public static void Remove()
    {
        if (Made.IsValueCreated)
        {
            Directory.Delete(Made.Value, recursive: true);
        }
    }

    private static string Make()
    {
        foreach (var tool in (string[])["/usr/bin/qemu-img", "/usr/bin/genisoimage", "/usr/sbin/sgdisk", "/usr/sbin/cryptsetup", "/usr/bin/xorriso",
            "/usr/bin/isohybrid", "/usr/lib/python3/dist-packages/VMDKstream.py", "/usr/lib/ISOLINUX/isolinux.bin", "/usr/sbin/parted", "/usr/sbin/mkfs.vfat"])
        {
            if (!File.Exists(tool))
            {
                SkippedServers.Skip("image-tools", $"there is no {tool}");
            }
        }

        var folder = Directory.CreateTempSubdirectory("glance-store-formats-").FullName;
        RunAsync(Path.Combine(AppContext.BaseDirectory, "make-images"), folder).GetAwaiter().GetResult();
        return folder;
    }
}
