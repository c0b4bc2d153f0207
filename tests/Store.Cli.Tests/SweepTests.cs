namespace GlanceStore.Cli.Tests;

[TestClass]
public sealed class SweepTests : ToolTests
{
    [TestMethod]
    public async Task A_store_without_leftovers_has_nothing_to_sweep()
    {
        await Tool.PutAsync("image", 10);
        Assert.AreEqual("removed 0 in all", (await Tool.RunAsync("sweep")).Succeeded().Text);
        Assert.AreEqual("would remove 0 in all", (await Tool.RunAsync("sweep", "--dry-run", "--older-than", "0s")).Succeeded().Text);
        Assert.AreSequenceEqual(new[] { "image" }, Tool.Stored);
    }

    [TestMethod]
    public async Task What_a_killed_put_left_is_swept_once_it_is_old_enough_and_images_stay()
    {
        await Tool.PutAsync("image", 10);
        using (var process = Tool.Start("put", "-", "--id", "killed"))
        {
            await process.StandardInput.BaseStream.WriteAsync(new byte[20_000_000]);
            process.Kill();
            await process.WaitForExitAsync();
        }

        // Where the file system takes unnamed files, a killed put leaves nothing even before the sweep.
        Assert.DoesNotContain("killed", Tool.Stored);
        var left = Tool.Stored.Length - 1;
        Assert.AreEqual("removed 0 in all", (await Tool.RunAsync("sweep", "--older-than", "1h")).Succeeded().Text);
        Assert.EndsWith($"would remove {left} in all", (await Tool.RunAsync("sweep", "--older-than", "0s", "--dry-run")).Succeeded().Text);
        Assert.HasCount(left + 1, Tool.Stored);
        Assert.EndsWith($"removed {left} in all", (await Tool.RunAsync("sweep", "--older-than", "0s")).Succeeded().Text);
        Assert.AreSequenceEqual(new[] { "image" }, Tool.Stored);
    }
}
