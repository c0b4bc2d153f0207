namespace GlanceStore.Cli.Tests;

/// <summary>A disk that takes everything at first and is found to be full when it is flushed: a thin volume, a quota of a file server.</summary>
[TestClass]
public sealed class UnflushedOutputTests : ToolTests
{
    private const int Length = 24_000_000;

    [TestMethod]
    public async Task An_output_that_its_disk_did_not_keep_is_a_failure_and_is_not_there()
    {
        using var disk = await ThinDisk.MountAsync(Tool);
        await Tool.PutAsync("image", Length);
        (await Tool.RunAsync("get", Tool.At("image.json"), "-o", disk.At("copy"))).FailedWith(1, "could not be flushed to its disk");
        Assert.IsEmpty(disk.Names);
    }

    [TestMethod]
    public async Task An_output_that_its_disk_did_not_keep_leaves_the_file_that_was_there()
    {
        using var disk = await ThinDisk.MountAsync(Tool);
        await Tool.PutAsync("image", Length);
        await File.WriteAllTextAsync(disk.At("copy"), "older");
        (await Tool.RunAsync("get", Tool.At("image.json"), "-o", disk.At("copy"))).FailedWith(1, "could not be flushed to its disk");
        Assert.AreEqual("older", await File.ReadAllTextAsync(disk.At("copy")));
    }

    [TestMethod]
    public async Task A_download_that_is_gone_on_with_keeps_nothing_that_its_disk_did_not_keep()
    {
        using var disk = await ThinDisk.MountAsync(Tool);
        await Tool.PutAsync("image", Length);
        (await Tool.RunAsync("get", Tool.At("image.json"), "-o", disk.At("copy"), "--resume")).FailedWith(1, "could not be flushed to its disk");
        Assert.IsEmpty(disk.Names);
    }

    [TestMethod]
    public async Task A_stdout_whose_disk_did_not_keep_it_is_a_failure()
    {
        using var disk = await ThinDisk.MountAsync(Tool);
        await Tool.PutAsync("image", Length);
        (await Tool.RunRedirectedAsync($"> {disk.At("copy")}", "get", Tool.At("image.json"))).FailedWith(1, "'stdout' could not be flushed to its disk");
    }
}
