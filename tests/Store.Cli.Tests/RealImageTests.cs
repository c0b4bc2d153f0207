using System.Buffers.Binary;
using System.Diagnostics;
using GlanceStore.Conformance;

namespace GlanceStore.Cli.Tests;

/// <summary>The main job on disk images as the usual tools make them.</summary>
[TestClass]
public sealed class RealImageTests : ToolTests
{
    private const int DiskBytes = 48 << 20;
    private const int SectorBytes = 2048;

    // Of Debian's package isolinux: the boot sector and loader of its own installation discs.
    private const string BootLoader = "/usr/lib/ISOLINUX/isolinux.bin";

    [TestMethod]
    [DataRow("qcow2")]
    [DataRow("vmdk")]
    [DataRow("iso")]
    public async Task A_real_image_comes_back_byte_for_byte_from_a_file_from_a_pipe_and_in_ranges(string kind)
    {
        var path = await MakeAsync(kind);
        var bytes = await File.ReadAllBytesAsync(path);
        Assert.IsGreaterThan(8 << 20, bytes.Length, "an image of several chunks");
        (await Tool.RunAsync("put", path, "--id", "file", "--receipt", Tool.At("file.json"))).Succeeded();
        (await Tool.RunWithInputAsync(bytes, "put", "-", "--id", "pipe", "--receipt", Tool.At("pipe.json"))).Succeeded();
        foreach (var receipt in new[] { Tool.At("file.json"), Tool.At("pipe.json") })
        {
            (await Tool.RunAsync("verify", receipt)).Succeeded();
            Same(bytes, (await Tool.RunAsync("get", receipt)).Succeeded().Bytes);
            var (first, last) = ((8 << 20) - 1000, (8 << 20) + 1000);
            Same(bytes[first..(last + 1)], (await Tool.RunAsync("get", receipt, "--range", $"{first}-{last}")).Succeeded().Bytes);
        }

        (await Tool.RunAsync("get", Tool.At("pipe.json"), "-o", Tool.At("back"))).Succeeded();
        await CheckAsync(kind, Tool.At("back"));
        if (kind == "iso")
        {
            AssertBootable(await File.ReadAllBytesAsync(Tool.At("back")), await File.ReadAllBytesAsync(Tool.At("tree/isolinux.bin")));
        }
    }

    // As firmware finds it (El Torito): sector 17 names the catalogue, whose first entry after its header names the boot image.
    private static void AssertBootable(byte[] disc, byte[] loader)
    {
        const int RecordSector = 17;
        const byte Bootable = 0x88;
        var record = disc.AsSpan(RecordSector * SectorBytes, SectorBytes);
        Assert.IsTrue(record[7..].StartsWith("EL TORITO SPECIFICATION"u8));
        var entry = disc.AsSpan(BinaryPrimitives.ReadInt32LittleEndian(record[0x47..]) * SectorBytes + 32, 32);
        Assert.AreEqual(Bootable, entry[0]);
        var image = disc.AsSpan(BinaryPrimitives.ReadInt32LittleEndian(entry[8..]) * SectorBytes, loader.Length);
        Assert.IsTrue(image.SequenceEqual(loader));
    }

    private async Task<string> MakeAsync(string kind)
    {
        var disk = Tool.At("disk.raw");
        var content = new byte[DiskBytes];
        new Random(7).NextBytes(content.AsSpan(0, DiskBytes / 2));
        (content[510], content[511]) = (0x55, 0xAA);
        await File.WriteAllBytesAsync(disk, content);
        var image = Tool.At("image." + kind);
        switch (kind)
        {
            case "qcow2":
                await RunAsync("qemu-img", "convert", "-f", "raw", "-O", "qcow2", disk, image);
                break;
            case "vmdk":
                await RunAsync("qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=streamOptimized", disk, image);
                break;
            default:
                var tree = Directory.CreateDirectory(Tool.At("tree"));
                File.Move(disk, Path.Combine(tree.FullName, "disk.raw"));
                await MakeDiscAsync(tree.FullName, image);
                break;
        }

        return image;
    }

    private static async Task MakeDiscAsync(string tree, string image)
    {
        if (!File.Exists(BootLoader))
        {
            SkippedServers.Skip("isolinux", $"there is no {BootLoader}");
        }

        // A copy, because the table of where things are is written into it.
        File.Copy(BootLoader, Path.Combine(tree, "isolinux.bin"));
        await RunAsync("genisoimage", "-quiet", "-R", "-b", "isolinux.bin", "-c", "boot.cat", "-no-emul-boot", "-boot-load-size", "4",
            "-boot-info-table", "-o", image, tree);
    }

    private static Task CheckAsync(string kind, string path) => kind switch
    {
        "iso" => RunAsync("isoinfo", "-d", "-i", path),
        "qcow2" => RunAsync("qemu-img", "check", "-f", "qcow2", path),
        _ => RunAsync("qemu-img", "info", path),
    };

    private static async Task RunAsync(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
            await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.AreEqual(0, process.ExitCode, program);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            SkippedServers.Skip(program == "isoinfo" ? "genisoimage" : program, e.Message);
        }
    }
}
