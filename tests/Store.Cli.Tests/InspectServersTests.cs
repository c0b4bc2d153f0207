namespace GlanceStore.Cli.Tests;

/// <summary>What images are that real stores hold, and how little is read of them to tell it.</summary>
[TestClass]
public sealed class InspectServersTests : ToolTests
{
    private const int RefusedExitCode = 6;
    private const int NotFoundExitCode = 3;

    [TestMethod]
    [DataRow("file")]
    [DataRow("s3")]
    [DataRow("http")]
    public async Task Inspect_tells_of_a_stored_image_what_it_tells_of_the_file(string kind)
    {
        await using var place = await ImagePlace.OpenAsync(Tool, kind);
        await DiskImages.MakeAsync(Tool, "safe.qcow2", 4, "-O", "qcow2");
        await DiskImages.RunAsync(Tool, "create", "-q", "-f", "qcow2", "-b", Tool.At("disk.raw"), "-F", "raw", Tool.At("unsafe.qcow2"));
        foreach (var name in (string[])["safe.qcow2", "unsafe.qcow2", "disk.raw"])
        {
            var location = await place.PublishAsync(name);
            var expected = (await Tool.RunAsync("inspect", Tool.At(name), "--json")).Succeeded().Text;
            Assert.AreEqual("format, virtual_size, file_size, safe, findings, details", PropertiesOf(expected));
            Assert.AreEqual(name.StartsWith("un", StringComparison.Ordinal) ? "False" : "True", ValueOf(expected, "safe"));
            Assert.AreEqual(expected, (await Tool.RunAsync(["inspect", location, "--json", .. place.Config])).Succeeded().Text);
            Assert.AreEqual(expected, (await Tool.RunAsync(["inspect", Tool.At($"{name}.json"), "--json", .. place.Config])).Succeeded().Text);
        }
    }

    [TestMethod]
    [DataRow("s3")]
    [DataRow("http")]
    public async Task Inspect_reads_no_more_of_a_stored_image_than_it_must(string kind)
    {
        await using var place = await ImagePlace.OpenAsync(Tool, kind);
        await DiskImages.MakeAsync(Tool, "large.qcow2", 32, "-O", "qcow2");
        await AssertReadAsync(place, "large.qcow2", gets: 3, bytes: 3 * 66 << 10, bytesWithReceipt: 8 << 20);

        // The end tells whether it is a fixed VHD.
        await AssertReadAsync(place, "disk.raw", gets: 2, bytes: 2 * 66 << 10, bytesWithReceipt: 2 * 8 << 20);
    }

    [TestMethod]
    public async Task Inspect_of_a_web_server_without_ranges_reads_what_it_gives()
    {
        await using var place = await ImagePlace.OpenAsync(Tool, "http");
        await DiskImages.MakeAsync(Tool, "large.qcow2", 4, "-O", "qcow2");
        foreach (var name in (string[])["large.qcow2", "disk.raw"])
        {
            var location = (await place.PublishAsync(name)).Replace("/images/", "/norange/", StringComparison.Ordinal);
            var expected = (await Tool.RunAsync("inspect", Tool.At(name), "--json")).Succeeded().Text;
            Assert.AreEqual(expected, (await Tool.RunAsync(["inspect", location, "--json", .. place.Config])).Succeeded().Text);
        }
    }

    [TestMethod]
    [DataRow("file")]
    [DataRow("s3")]
    public async Task What_is_refused_is_exit_code_6_and_stored_nowhere(string kind)
    {
        await using var place = await ImagePlace.OpenAsync(Tool, kind);
        await DiskImages.MakeAsync(Tool, "disk.vmdk", 40, "-O", "vmdk");
        await DiskImages.RunAsync(Tool, "create", "-q", "-f", "qcow2", "-b", Tool.At("disk.raw"), "-F", "raw", Tool.At("unsafe.qcow2"));
        await RefusedAsync(place, "disk.vmdk", "qcow2 is required", "--require-format", "qcow2");
        await RefusedAsync(place, "disk.raw", "only qcow2, vmdk are accepted", "--require-format", "qcow2,vmdk");
        await RefusedAsync(place, "unsafe.qcow2", "backing_file", "--require-safe");
        await RefusedAsync(place, "unsafe.qcow2", "backing_file", "--require-format", "qcow2", "--require-safe");
    }

    [TestMethod]
    [DataRow("file")]
    [DataRow("s3")]
    public async Task What_is_required_and_there_is_stored_and_told_in_the_receipt(string kind)
    {
        await using var place = await ImagePlace.OpenAsync(Tool, kind);
        await DiskImages.MakeAsync(Tool, "disk.qcow2", 20, "-c", "-O", "qcow2");
        var receipt = (await Tool.RunAsync(["put", Tool.At("disk.qcow2"), "--store", "place", "--require-format", "qcow2", "--require-safe", "--json", .. place.Config])).Succeeded().Text;
        Assert.AreEqual(("qcow2", "20971520"), (ValueOf(receipt, "disk_format"), ValueOf(receipt, "virtual_size")));
        (await Tool.RunAsync(["delete", ValueOf(receipt, "location"), .. place.Config])).Succeeded();
    }

    private async Task RefusedAsync(ImagePlace place, string name, string words, params string[] options)
    {
        var id = $"refused-{Guid.NewGuid():N}";
        (await Tool.RunAsync(["put", Tool.At(name), "--store", "place", "--id", id, .. options, .. place.Config])).FailedWith(RefusedExitCode, words);
        Assert.AreEqual("", (await Tool.RunAsync(["list", "--store", "place", "--prefix", id, .. place.Config])).Succeeded().Text);
        Assert.IsFalse(Directory.Exists(Tool.At("place")) && Directory.EnumerateFileSystemEntries(Tool.At("place")).Any(), "a file was left");
        (await Tool.RunAsync(["stat", $"{await LocationOfAsync(place, id)}", .. place.Config])).FailedWith(NotFoundExitCode, id);
    }

    // As a put would print it.
    private async Task<string> LocationOfAsync(ImagePlace place, string id)
    {
        await File.WriteAllBytesAsync(Tool.At("nothing"), []);
        var location = (await Tool.RunAsync(["put", Tool.At("nothing"), "--store", "place", "--id", $"{id}-0", .. place.Config])).Succeeded().Text;
        (await Tool.RunAsync(["delete", location, .. place.Config])).Succeeded();
        return location[..^2];
    }

    private async Task AssertReadAsync(ImagePlace place, string name, int gets, long bytes, long bytesWithReceipt)
    {
        var location = await place.PublishAsync(name);
        place.Server!.TakeCount();
        (await Tool.RunAsync(["inspect", location, .. place.Config])).Succeeded();
        var read = place.Server.TakeCount();
        Assert.AreEqual(gets, read.Gets, name);
        Assert.IsLessThanOrEqualTo(bytes, read.Bytes, name);
        (await Tool.RunAsync(["inspect", Tool.At($"{name}.json"), .. place.Config])).Succeeded();
        Assert.IsLessThanOrEqualTo(bytesWithReceipt, place.Server.TakeCount().Bytes, name);
    }
}
