using System.Runtime.InteropServices;

namespace GlanceStore.Cli.Tests;

/// <summary>The disk out of an image, from files and from real stores into real stores.</summary>
[TestClass]
public sealed class ConvertTests : ToolTests
{
    [TestMethod]
    [DataRow("file")]
    [DataRow("s3")]
    [DataRow("http")]
    public async Task Convert_stores_the_disk_of_an_image_that_a_store_holds(string kind)
    {
        await using var place = await ImagePlace.OpenAsync(Tool, kind);
        var disk = await DiskImages.MakeAsync(Tool, "disk.qcow2", 24, "-c", "-O", "qcow2");
        var location = await place.PublishAsync("disk.qcow2");
        foreach (var image in (string[])[location, Tool.At("disk.qcow2.json")])
        {
            var made = (await Tool.RunAsync(["convert", image, "--to", "local", "--id", "raw", "--replace", "--receipt", Tool.At("raw.json"), .. place.Config])).Succeeded().Text;
            Assert.AreEqual(Tool.LocationOf("raw"), made);
            Same(disk, await File.ReadAllBytesAsync(Path.Combine(Tool.StoreDirectory, "raw")));
            (await Tool.RunAsync(["verify", Tool.At("raw.json"), .. place.Config])).Succeeded();
        }
    }

    [TestMethod]
    [DataRow("file")]
    [DataRow("s3")]
    public async Task Convert_stores_the_disk_of_a_file_in_any_store(string kind)
    {
        await using var place = await ImagePlace.OpenAsync(Tool, kind);
        var disk = await DiskImages.MakeAsync(Tool, "disk.vmdk", 24, "-O", "vmdk", "-o", "subformat=streamOptimized");
        var receipt = (await Tool.RunAsync(["convert", Tool.At("disk.vmdk"), "--to", "place", "--hash", "sha256", "--no-md5", "--json", .. place.Config])).Succeeded().Text;
        Assert.AreEqual(("sha256", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(disk))), (ValueOf(receipt, "os_hash_algo"), ValueOf(receipt, "os_hash_value")));
        Assert.DoesNotContain("checksum\"", receipt.Split("chunks")[0]);
        Same(disk, (await Tool.RunAsync(["get", ValueOf(receipt, "location"), "-o", "-", .. place.Config])).Bytes);
        (await Tool.RunAsync(["delete", ValueOf(receipt, "location"), .. place.Config])).Succeeded();
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public async Task An_image_in_S3_that_is_replaced_while_it_is_converted_is_an_error_and_nothing_is_stored(int reads)
    {
        await using var place = await ImagePlace.OpenAsync(Tool, "s3");
        await DiskImages.MakeAsync(Tool, "disk.qcow2", 32, "-O", "qcow2");
        var location = await place.PublishAsync("disk.qcow2");
        var (asked, isReplaced) = (new TaskCompletionSource(), new TaskCompletionSource());
        place.Server!.TakeCount();
        place.Server.OnGet = number =>
        {
            asked.TrySetResult();
            return number <= reads ? Task.CompletedTask : isReplaced.Task;
        };
        var converting = Tool.RunAsync(["convert", Tool.At("disk.qcow2.json"), "--to", "local", .. place.Config]);
        await asked.Task;
        (await Tool.RunAsync(["put", Tool.At("disk.raw"), "--store", "place", "--id", location[(location.LastIndexOf('/') + 1)..], "--replace", .. place.Config])).Succeeded();
        isReplaced.SetResult();
        (await converting).FailedWith(1, "replaced");
        Assert.IsEmpty(Tool.Stored);
    }

    [TestMethod]
    public async Task What_cannot_be_converted_is_one_sentence_and_nothing_is_stored()
    {
        await DiskImages.MakeAsync(Tool, "disk.qcow2", 4, "-c", "-O", "qcow2");
        await DiskImages.RunAsync(Tool, "create", "-q", "-f", "qcow2", "-b", Tool.At("disk.raw"), "-F", "raw", Tool.At("unsafe.qcow2"));
        await File.WriteAllBytesAsync(Tool.At("cut.qcow2"), (await File.ReadAllBytesAsync(Tool.At("disk.qcow2")))[..500_000]);
        await File.WriteAllBytesAsync(Tool.At("packed"), [0x1F, 0x8B, 8, 0]);
        await FailsAsync(6, "backing_file", "convert", Tool.At("unsafe.qcow2"), "--to", "local");
        await FailsAsync(4, "cannot be read", "convert", Tool.At("cut.qcow2"), "--to", "local");
        await FailsAsync(1, "decompress", "convert", Tool.At("packed"), "--to", "local");
        await FailsAsync(2, "--engine", "convert", Tool.At("disk.qcow2"), "--to", "local", "--format", "vmdk");
        await FailsAsync(2, "--staging", "convert", Tool.At("disk.qcow2"), "--to", "local", "--engine", "qemu-img");
        await FailsAsync(2, "store it first", "convert", "/dev/stdin", "--to", "local");
    }

    [TestMethod]
    [DataRow("file")]
    [DataRow("s3")]
    [DataRow("http")]
    public async Task Qemu_img_converts_what_a_store_holds_where_it_is_named(string kind)
    {
        await using var place = await ImagePlace.OpenAsync(Tool, kind);
        var disk = await DiskImages.MakeAsync(Tool, "disk.qcow2", 4, "-c", "-O", "qcow2");
        await place.PublishAsync("disk.qcow2");
        var staging = Directory.CreateDirectory(Tool.At("staging")).FullName;
        var made = (await Tool.RunAsync(["convert", Tool.At("disk.qcow2.json"), "--to", "local", "--format", "vhdx", "--engine", "qemu-img", "--staging", staging, .. place.Config])).Succeeded().Text;
        Assert.AreEqual("vhdx", ValueOf((await Tool.RunAsync(["inspect", made, "--json", .. place.Config])).Succeeded().Text, "format"));
        Assert.IsEmpty(Directory.EnumerateFileSystemEntries(staging));

        // And back again.
        (await Tool.RunAsync(["convert", made, "--to", "local", "--id", "raw", .. place.Config])).Succeeded();
        Same(disk, await File.ReadAllBytesAsync(Path.Combine(Tool.StoreDirectory, "raw")));
    }

    [TestMethod]
    [DataRow(false, "prlimit")]
    [DataRow(true, "install qemu-utils")]
    public async Task Where_qemu_img_is_named_and_not_there_one_sentence_says_what_to_install(bool hasLimiter, string words)
    {
        await DiskImages.MakeAsync(Tool, "disk.qcow2", 4, "-c", "-O", "qcow2");
        var (programs, staging) = (Directory.CreateDirectory(Tool.At("programs")).FullName, Directory.CreateDirectory(Tool.At("staging")).FullName);
        if (hasLimiter)
        {
            File.CreateSymbolicLink(Path.Combine(programs, "prlimit"), "/usr/bin/prlimit");
        }

        // What starts the tool here is found before its PATH is another one.
        using var process = Tool.StartProgram("/usr/bin/env", $"PATH={programs}", $"DOTNET_ROOT={Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."))}", Tool.BuiltTool,
            "convert", Tool.At("disk.qcow2"), "--to", "local", "--format", "vmdk", "--engine", "qemu-img", "--staging", staging);
        process.StandardInput.Close();
        (await Tool.EndOfAsync(process)).FailedWith(1, words);
        Assert.IsEmpty(Tool.Stored);
        Assert.IsEmpty(Directory.EnumerateFileSystemEntries(staging));
    }

    private async Task FailsAsync(int exitCode, string words, params string[] arguments)
    {
        (await Tool.RunAsync(arguments)).FailedWith(exitCode, words);
        Assert.IsEmpty(Tool.Stored);
    }
}
