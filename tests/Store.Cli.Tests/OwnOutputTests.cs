namespace GlanceStore.Cli.Tests;

/// <summary>What is read is never written over.</summary>
[TestClass]
public sealed class OwnOutputTests : ToolTests
{
    [TestMethod]
    public async Task A_receipt_in_the_place_of_the_source_is_refused_and_the_source_stays()
    {
        var bytes = Tool.MakeFile("disk", 1000);
        File.CreateSymbolicLink(Tool.At("link"), Tool.At("disk"));
        Directory.CreateSymbolicLink(Tool.At("here"), Tool.At("."));
        foreach (var receipt in new[] { Tool.At("disk"), Tool.At("link"), Tool.At("here/disk") })
        {
            (await Tool.RunAsync("put", Tool.At("disk"), "--receipt", receipt)).FailedWith(2, "is the source itself");
        }

        Same(bytes, await File.ReadAllBytesAsync(Tool.At("disk")));
        Assert.IsEmpty(Tool.Stored);
    }

    [TestMethod]
    public async Task A_receipt_in_the_place_of_what_stdin_reads_is_refused_and_the_source_stays()
    {
        var bytes = Tool.MakeFile("disk", 1000);
        (await Tool.RunRedirectedAsync($"<'{Tool.At("disk")}'", "put", "-", "--receipt", Tool.At("disk"))).FailedWith(2, "is the source itself");
        Same(bytes, await File.ReadAllBytesAsync(Tool.At("disk")));
        Assert.IsEmpty(Tool.Stored);
    }

    [TestMethod]
    public async Task An_output_in_the_place_of_the_receipt_is_refused_and_the_receipt_stays()
    {
        await Tool.PutAsync("image", 1000);
        var json = await File.ReadAllTextAsync(Tool.At("image.json"));
        File.CreateSymbolicLink(Tool.At("link"), Tool.At("image.json"));
        (await Tool.RunAsync("get", Tool.At("image.json"), "-o", Tool.At("image.json"))).FailedWith(2, "is the receipt itself");
        (await Tool.RunAsync("get", Tool.At("image.json"), "-o", Tool.At("link"))).FailedWith(2, "is the receipt itself");
        Assert.AreEqual(json, await File.ReadAllTextAsync(Tool.At("image.json")));
    }

    [TestMethod]
    public async Task A_receipt_of_another_put_is_replaced_and_a_device_is_no_ones_own()
    {
        await Tool.PutAsync("one", 10);
        Tool.MakeFile("two", 20);
        (await Tool.RunAsync("put", Tool.At("two"), "--receipt", Tool.At("one.json"))).Succeeded();
        Assert.AreEqual(20, ImageReceipt.FromJson(await File.ReadAllTextAsync(Tool.At("one.json"))).Size);
        (await Tool.RunAsync("put", "/dev/null", "--receipt", "/dev/null")).Succeeded();
    }
}
