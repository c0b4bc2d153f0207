namespace GlanceStore.Formats.Tests;

/// <summary>What images are that the real tools made.</summary>
[TestClass]
public sealed class InspectorTests
{
    private const long Disk = (12 << 20) + 1536;

    [TestMethod]
    [DataRow("disk.raw", "raw", Disk, "")]
    [DataRow("odd.raw", "raw", 1000L, "")]
    [DataRow("empty.raw", "raw", 0L, "")]
    [DataRow("fat.raw", "raw", 8L << 20, "")]
    [DataRow("gpt.raw", "gpt", 8L << 20, "")]
    [DataRow("gpt-parted.raw", "gpt", 8L << 20, "")]
    [DataRow("gpt-sfdisk.raw", "gpt", 8L << 20, "")]
    [DataRow("gpt-4k.raw", "gpt", 8L << 20, "")]
    [DataRow("gpt-hybrid.raw", "gpt", 8L << 20, "mbr!")]
    [DataRow("mbr.raw", "mbr", 8L << 20, "")]
    [DataRow("mbr-parted.raw", "mbr", 8L << 20, "")]
    [DataRow("plain.iso", "iso", -1L, "")]
    [DataRow("padded.iso", "iso", -1L, "")]
    [DataRow("hybrid.iso", "iso", -1L, "")]
    [DataRow("hybrid-gpt.iso", "iso", -1L, "")]
    [DataRow("v2.qcow2", "qcow2", Disk, "")]
    [DataRow("v3.qcow2", "qcow2", Disk, "")]
    [DataRow("zlib.qcow2", "qcow2", Disk, "")]
    [DataRow("zstd.qcow2", "qcow2", Disk, "")]
    [DataRow("extended.qcow2", "qcow2", Disk, "")]
    [DataRow("cluster-512.qcow2", "qcow2", Disk, "")]
    [DataRow("cluster-2M-zlib.qcow2", "qcow2", Disk, "")]
    [DataRow("refcount-1.qcow2", "qcow2", Disk, "")]
    [DataRow("refcount-64.qcow2", "qcow2", Disk, "")]
    [DataRow("lazy.qcow2", "qcow2", Disk, "")]
    [DataRow("metadata.qcow2", "qcow2", Disk, "")]
    [DataRow("sparse.qcow2", "qcow2", 100L << 30, "")]
    [DataRow("snapshot.qcow2", "qcow2", Disk, "")]
    [DataRow("snapshot-v2.qcow2", "qcow2", Disk, "")]
    [DataRow("backing.qcow2", "qcow2", Disk, "backing_file!")]
    [DataRow("backing-v2.qcow2", "qcow2", Disk, "backing_file!")]
    [DataRow("data-file.qcow2", "qcow2", Disk, "data_file!")]
    [DataRow("disk.qcow", "qcow", Disk, "unknown_features!")]
    [DataRow("monolithicSparse.vmdk", "vmdk", Disk, "")]
    [DataRow("streamOptimized.vmdk", "vmdk", Disk, "")]
    [DataRow("footer.vmdk", "vmdk", Disk, "")]
    [DataRow("compat6.vmdk", "vmdk", Disk, "")]
    [DataRow("monolithicFlat.vmdk", "vmdk", Disk, "descriptor!")]
    [DataRow("twoGbMaxExtentSparse.vmdk", "vmdk", Disk, "descriptor!")]
    [DataRow("twoGbMaxExtentSparse-s001.vmdk", "vmdk", Disk, "descriptor!")]
    [DataRow("parent.vmdk", "vmdk", Disk, "parent!")]
    [DataRow("dynamic.vhd", "vhd", -1L, "")]
    [DataRow("dynamic-exact.vhd", "vhd", Disk, "")]
    [DataRow("fixed.vhd", "vhd", Disk, "")]
    [DataRow("dynamic.vhdx", "vhdx", Disk, "")]
    [DataRow("fixed.vhdx", "vhdx", Disk, "")]
    [DataRow("dynamic.vdi", "vdi", Disk, "")]
    [DataRow("static.vdi", "vdi", Disk, "")]
    [DataRow("luks1.raw", "luks", 22L << 20, "")]
    [DataRow("luks2.raw", "luks", 8L << 20, "version!")]
    [DataRow("disk.qed", "qed", Disk, "banned!")]
    [DataRow("disk.parallels", "parallels", Disk, "")]
    [DataRow("box.ova", "ova", Disk, "")]
    [DataRow("plain.tar", "raw", -1L, "")]
    [DataRow("disk.raw.gz", "gzip", null, "")]
    [DataRow("disk.raw.xz", "xz", null, "")]
    [DataRow("disk.raw.zst", "zstd", null, "")]
    public async Task What_an_image_is_is_what_the_tool_made(string name, string format, long? virtualSize, string findings)
    {
        await using var file = File.OpenRead(MadeImages.At(name));
        var found = await ImageInspector.InspectAsync(file);
        var said = string.Join(' ', found.Findings.Select(finding => finding.Code + (finding.IsUnsafe ? "!" : "")));
        Assert.AreEqual((format, findings), (found.Format, said), string.Join('\n', found.Findings));
        Assert.AreEqual(virtualSize is -1 ? await RealSizeAsync(name, format, file.Length) : virtualSize, found.VirtualSize);
        Assert.AreEqual(file.Length, found.FileSize);
        Assert.AreEqual(!findings.Contains('!', StringComparison.Ordinal), found.IsSafe);
    }

    private static async Task<long> RealSizeAsync(string name, string format, long length)
    {
        if (format is "raw" or "iso")
        {
            return length;
        }

        using var json = System.Text.Json.JsonDocument.Parse(
            await MadeImages.RunAsync("qemu-img", "info", "--output=json", "-f", format == "vhd" ? "vpc" : format, MadeImages.At(name)));
        return json.RootElement.GetProperty("virtual-size").GetInt64();
    }
}
