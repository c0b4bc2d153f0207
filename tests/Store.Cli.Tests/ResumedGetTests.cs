namespace GlanceStore.Cli.Tests;

/// <summary>Downloads that are kept and gone on with.</summary>
[TestClass]
public sealed class ResumedGetTests : ToolTests
{
    private const int Length = 20_000_000;

    private string Part => Tool.At("copy.part");

    [TestMethod]
    public async Task Without_a_part_the_whole_image_comes_and_no_part_stays()
    {
        var image = await Tool.PutAsync("image", Length);
        (await ResumeAsync()).Succeeded();
        await AssertCopiedAsync(image);
    }

    [TestMethod]
    public async Task What_is_there_and_right_is_not_fetched_again()
    {
        var image = await Tool.PutAsync("image", Length);
        var part = image[..(Length - 1)];
        part[^1] ^= 1; // the last chunk is wrong, and one byte short
        await File.WriteAllBytesAsync(Part, part);

        // Whatever were fetched of the other chunks would be found wrong.
        Corrupt("image", 0);
        Corrupt("image", 9_000_000);
        (await ResumeAsync()).Succeeded();
        await AssertCopiedAsync(image);
    }

    [TestMethod]
    public async Task A_damaged_chunk_of_the_part_is_fetched_again_and_what_is_too_long_is_cut()
    {
        var image = await Tool.PutAsync("image", Length);
        byte[] part = [.. image, 1, 2, 3];
        part[9_000_000] ^= 1;
        await File.WriteAllBytesAsync(Part, part);
        (await ResumeAsync()).Succeeded();
        await AssertCopiedAsync(image);
    }

    [TestMethod]
    public async Task A_get_that_fails_keeps_what_it_fetched_for_the_next()
    {
        var image = await Tool.PutAsync("image", Length);
        Corrupt("image", Length - 1);
        var failed = await ResumeAsync();
        failed.FailedWith(4, "another checksum");
        Assert.Contains($"What was fetched is kept as '{Part}'", failed.Errors);
        Assert.IsFalse(File.Exists(Tool.At("copy")));
        Assert.IsGreaterThan(8_000_000, new FileInfo(Part).Length);
        Corrupt("image", Length - 1); // right again
        Corrupt("image", 0);
        (await ResumeAsync()).Succeeded();
        await AssertCopiedAsync(image);
    }

    [TestMethod]
    public async Task A_get_that_is_cancelled_says_what_it_kept()
    {
        Tool.MakeFile("disk", Length);
        await using var place = await ImagePlace.OpenAsync(Tool, "http");
        await place.PublishAsync("disk");
        var (asked, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        place.Server!.OnGet = _ =>
        {
            asked.TrySetResult();
            return ended.Task;
        };
        using var process = Tool.Start(["get", Tool.At("disk.json"), "-o", Tool.At("copy"), "--resume", .. place.Config]);
        await asked.Task;
        await Tool.SignalAsync(process, "INT");
        (await Tool.EndOfAsync(process)).FailedWith(1, $"cancelled. What was fetched is kept as '{Part}': the same get --resume goes on with it.");
        Assert.IsTrue(File.Exists(Part));
        ended.SetResult();
    }

    [TestMethod]
    public async Task It_takes_a_receipt_and_a_file_and_the_whole_image()
    {
        await Tool.PutAsync("image", 100);
        (await Tool.RunAsync("get", Tool.LocationOf("image"), "-o", Tool.At("copy"), "--resume")).FailedWith(2, "takes a receipt");
        (await Tool.RunAsync("get", Tool.At("image.json"), "--resume")).FailedWith(2, "into a file");
        (await Tool.RunAsync("get", Tool.At("image.json"), "-o", "/dev/null", "--resume")).FailedWith(2, "no file");
        (await Tool.RunAsync("get", Tool.At("image.json"), "-o", Tool.At("copy"), "--resume", "--range", "0-1")).FailedWith(2, "--range");
        Assert.IsFalse(File.Exists(Part));
    }

    private Task<Outcome> ResumeAsync() => Tool.RunAsync("get", Tool.At("image.json"), "-o", Tool.At("copy"), "--resume");

    private async Task AssertCopiedAsync(byte[] image)
    {
        Same(image, await File.ReadAllBytesAsync(Tool.At("copy")));
        Assert.IsFalse(File.Exists(Part));
    }
}
