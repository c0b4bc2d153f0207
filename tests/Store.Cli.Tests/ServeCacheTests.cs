using System.Security.Cryptography;

namespace GlanceStore.Cli.Tests;

/// <summary><c>serve --cache</c>: what clients have read stays on this host, and needs no store any more.</summary>
[TestClass]
public sealed class ServeCacheTests : ToolTests
{
    private const int Length = (20 << 20) + 5;

    private string Address => $"unix:{Tool.At("nbd")}";

    private string Folder => Tool.At("cache");

    [TestMethod]
    public async Task What_was_read_is_served_again_where_the_store_has_gone()
    {
        var bytes = await Tool.PutAsync("image", Length);
        await using (var first = await ServeAsync(Tool.At("image.json")))
        {
            CollectionAssert.AreEqual(bytes, await first.CopyAsync("--connections=4"));
            Assert.AreEqual((0, ""), Ended(await first.EndAsync()));
        }

        File.Delete(Path.Combine(Tool.StoreDirectory, "image"));
        await using var second = await ServeAsync(Tool.At("image.json"));
        CollectionAssert.AreEqual(bytes, await second.CopyAsync());
        Assert.AreEqual((0, ""), Ended(await second.EndAsync()));
    }

    [TestMethod]
    public async Task The_disk_in_an_image_is_served_through_the_cache_with_its_holes()
    {
        var disk = await DiskImages.MakeAsync(Tool, "disk.qcow2", 20, "-c", "-O", "qcow2");
        (await Tool.RunAsync("put", Tool.At("disk.qcow2"), "--id", "disk", "--receipt", Tool.At("disk.json"))).Succeeded();
        await using var serve = await ServeAsync(Tool.At("disk.json"), "--format", "raw");
        CollectionAssert.AreEqual(disk, await serve.CopyAsync("--connections=2"));
        Assert.Contains("zero", (await serve.RunAsync("nbdinfo", "--map", serve.Uri)).Text);
    }

    [TestMethod]
    public async Task A_bit_that_flips_in_the_cache_is_told_mended_and_served_to_nobody()
    {
        var bytes = await Tool.PutAsync("image", Length);
        await using (var first = await ServeAsync(Tool.At("image.json")))
        {
            await first.CopyAsync();
            await first.EndAsync();
        }

        var image = Directory.GetFiles(Folder, "image", SearchOption.AllDirectories).Single();
        await using (var file = new FileStream(image, FileMode.Open))
        {
            file.WriteByte((byte)~bytes[0]);
        }

        await using var second = await ServeAsync(Tool.At("image.json"));
        CollectionAssert.AreEqual(bytes, await second.CopyAsync());
        Assert.Contains("chunk 0", (await second.EndAsync()).Errors);
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(image));
    }

    [TestMethod]
    public async Task A_location_is_served_through_the_cache_by_the_digest_that_is_told()
    {
        var bytes = await Tool.PutAsync("image", Length);
        await using var serve = await ServeAsync(Tool.LocationOf("image"), "--expect", $"sha512:{Convert.ToHexStringLower(SHA512.HashData(bytes))}");
        CollectionAssert.AreEqual(bytes, await serve.CopyAsync());
    }

    [TestMethod]
    public async Task What_is_not_safe_or_not_told_is_refused_before_anybody_can_connect()
    {
        await Tool.PutAsync("image", 1000);
        (await Tool.RunAsync("serve", Tool.LocationOf("image"), "--nbd", Address, "--cache", Folder)).FailedWith(2, "--expect");
        (await Tool.RunAsync("serve", Tool.At("image.json"), "--nbd", Address, "--max-bytes", "1GiB")).FailedWith(2, "--cache");
        await DiskImages.MakeAsync(Tool, "safe.qcow2", 4, "-O", "qcow2");
        await DiskImages.RunAsync(Tool, "create", "-q", "-f", "qcow2", "-b", Tool.At("disk.raw"), "-F", "raw", Tool.At("unsafe.qcow2"));
        (await Tool.RunAsync("put", Tool.At("unsafe.qcow2"), "--id", "unsafe", "--receipt", Tool.At("unsafe.json"))).Succeeded();
        foreach (var options in (string[][])[[], ["--format", "raw"]])
        {
            (await Tool.RunAsync(["serve", Tool.At("unsafe.json"), "--nbd", Address, "--cache", Folder, .. options])).FailedWith(6, "backing_file");
        }

        Assert.IsFalse(File.Exists(Tool.At("nbd")));
    }

    private static (int Code, string Errors) Ended(Outcome outcome) => (outcome.ExitCode, outcome.Errors);

    private Task<RunningServe> ServeAsync(string image, params string[] options) => RunningServe.StartAsync(Tool, [image, "--nbd", Address, "--cache", Folder, .. options]);
}
