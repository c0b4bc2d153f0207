using GlanceStore.Formats;

namespace GlanceStore.Nbd.Tests;

/// <summary>The disks in images of every format, made by qemu-img: their bytes and extents as QEMU sees them in the file.</summary>
[TestClass]
public sealed class DiskTests
{
    private const int Size = 24 << 20;

    [TestInitialize]
    public void Require()
    {
        RealClients.Require(RealClients.LibNbd, "nbdinfo", "nbdcopy");
        RealClients.Require("qemu-img", "qemu-img", "qemu-io", "qemu-nbd");
    }

    [TestMethod]
    [DataRow("raw", "raw")]
    [DataRow("qcow2", "qcow2")]
    [DataRow("qcow2", "qcow2", "-c")]
    [DataRow("qcow2", "qcow2", "-o", "extended_l2=on,cluster_size=128k")]
    [DataRow("vmdk", "vmdk")]
    [DataRow("vmdk", "vmdk", "-o", "subformat=streamOptimized")]
    [DataRow("vpc", "vhd", "-o", "force_size=on")]
    [DataRow("vpc", "vhd", "-o", "force_size=on,subformat=fixed")]
    [DataRow("vhdx", "vhdx")]
    [DataRow("vhdx", "vhdx", "-o", "subformat=fixed")]
    [DataRow("vdi", "vdi")]
    [DataRow("vdi", "vdi", "-o", "static=on")]
    [DataRow("qcow2", "qcow2", "-o", "compat=0.10")]
    [DataRow("qcow2", "qcow2", "-c", "-o", "compression_type=zstd")]
    public async Task A_disk_over_NBD_is_the_disk_in_the_image(string format, string name, params string[] options)
    {
        await using var server = new TestServer([]);
        var (raw, image) = (await MakeAsync(server), server.At($"image.{name}"));
        await RealClients.RunAsync("qemu-img", ["convert", "-f", "raw", "-O", format, .. options, raw, image]);
        server.Server.Add(NbdExport.FromDisk("one", await OpenAsync(image)));
        server.Server.Add(await NbdExport.OpenAsync("several", async _ => await OpenAsync(image)));
        foreach (var export in (string[])["one", "several"])
        {
            Assert.Contains("Images are identical", await RealClients.RunAsync("qemu-img", "compare", "-f", "raw", "-F", "raw", raw, server.Uri(export)));
            await RealClients.RunAsync("nbdcopy", "--connections=4", server.Uri(export), server.At("copy"));
            TestServer.Same(await File.ReadAllBytesAsync(raw), await File.ReadAllBytesAsync(server.At("copy")), export);
        }
    }

    // What is a disk as it is, made by those who make such disks.
    [TestMethod]
    [DataRow("mbr", "sfdisk", "start=2048, size=8192, type=83, bootable", "--quiet", "--label", "dos", "DISK")]
    [DataRow("gpt", "sfdisk", "start=2048, size=8192", "--quiet", "--label", "gpt", "DISK")]
    [DataRow("iso", "genisoimage", "", "-quiet", "-R", "-o", "DISK", "TREE")]
    public async Task A_disk_that_is_partitioned_or_an_iso_is_served_as_it_is(string format, string maker, string input, params string[] arguments)
    {
        RealClients.Require(maker, maker);
        await using var server = new TestServer([]);
        var disk = format == "iso" ? server.At("disk.raw") : await MakeAsync(server);
        Directory.CreateDirectory(server.At("tree"));
        await File.WriteAllBytesAsync(Path.Combine(server.At("tree"), "file"), TestServer.Disk(3 << 20));
        await File.WriteAllTextAsync(server.At("input"), input);
        var words = arguments.Select(word => word switch { "DISK" => $"'{disk}'", "TREE" => $"'{server.At("tree")}'", _ => word });
        await RealClients.RunAsync("sh", "-c", $"{maker} {string.Join(' ', words)} <'{server.At("input")}'");
        var image = await OpenAsync(disk);
        Assert.AreEqual(format, image.Inspection.Format);
        server.Server.Add(NbdExport.FromDisk("", image));
        Assert.Contains("Images are identical", await RealClients.RunAsync("qemu-img", "compare", "-f", "raw", "-F", "raw", disk, server.Uri()));
        await RealClients.RunAsync("nbdcopy", server.Uri(), server.At("copy"));
        TestServer.Same(await File.ReadAllBytesAsync(disk), await File.ReadAllBytesAsync(server.At("copy")), format);
    }

    // Whether a stored cluster of zeros is one of zeros is QEMU's to find out by reading it; of what is not stored both know, but in VHDX, where QEMU
    // takes all for data.
    [TestMethod]
    [DataRow("qcow2", "qcow2")]
    [DataRow("vmdk", "vmdk")]
    [DataRow("vdi", "vdi")]
    public async Task Extents_are_those_that_qemu_nbd_tells_of_the_same_image(string format, string name)
    {
        await using var server = new TestServer([]);
        var image = server.At($"disk.{name}");
        await RealClients.RunAsync("qemu-img", "create", "-f", format, image, $"{Size}");
        await RealClients.RunAsync("qemu-io", "-f", format, "-c", "write -P 5 1M 3M", "-c", "write -P 6 9M 64k", "-c", "write -P 7 20M 1M", image);
        server.Server.Add(NbdExport.FromDisk("", await OpenAsync(image)));
        var ours = await RealClients.MapAsync(server.Uri());
        Assert.AreEqual(await PeerMapAsync(server, format, image), ours);
        Assert.Contains("3", ours);
        StringAssert.Contains(await RealClients.RunAsync("qemu-img", "map", "--output=json", "-f", "raw", server.Uri()), "\"zero\": true, \"data\": false");
    }

    [TestMethod]
    public async Task Clusters_that_were_zeroed_are_zeros_to_clients_as_qemu_nbd_tells_them()
    {
        await using var server = new TestServer([]);
        var image = server.At("disk.qcow2");
        await RealClients.RunAsync("qemu-img", "create", "-f", "qcow2", image, $"{Size}");
        await RealClients.RunAsync("qemu-io", "-f", "qcow2", "-c", "write -P 5 0 8M", "-c", "write -z 2M 1M", "-c", "write -z -u 4M 1M", image);
        server.Server.Add(NbdExport.FromDisk("", await OpenAsync(image)));
        Assert.AreEqual(await PeerMapAsync(server, "qcow2", image), await RealClients.MapAsync(server.Uri()));
    }

    private static async Task<string> MakeAsync(TestServer server)
    {
        var raw = server.At("disk.raw");
        await File.WriteAllBytesAsync(raw, TestServer.Disk(Size));
        return raw;
    }

    private static async Task<string> PeerMapAsync(TestServer server, string format, string image)
    {
        var socket = server.At("peer");
        await RealClients.RunAsync("qemu-nbd", "--fork", "--read-only", "--format", format, "--socket", socket, "--persistent", "--pid-file", server.At("pid"), image);
        try
        {
            return await RealClients.MapAsync($"nbd+unix:///?socket={socket}");
        }
        finally
        {
            await RealClients.RunAsync("kill", (await File.ReadAllTextAsync(server.At("pid"))).Trim());
        }
    }

    private static async Task<VirtualDisk> OpenAsync(string image) => await VirtualDisk.OpenAsync(File.OpenRead(image));
}
