namespace GlanceStore.Cli.Tests;

[TestClass]
public sealed class CancellationTests : ToolTests
{
    [TestMethod]
    [DataRow("INT")]
    [DataRow("TERM")]
    public async Task A_put_that_is_interrupted_leaves_nothing_behind(string signal)
    {
        using var process = Tool.Start("put", "-", "--receipt", Tool.At("r.json"));

        // More than a pipe holds: once it is written, the tool has begun to read.
        await process.StandardInput.BaseStream.WriteAsync(new byte[20_000_000]);
        await Tool.SignalAsync(process, signal);
        (await Tool.EndOfAsync(process)).FailedWith(1, "cancelled");
        Assert.IsEmpty(Tool.Stored);
        Assert.IsEmpty(Directory.GetFiles(Tool.At(".")));
    }

    [TestMethod]
    [DataRow("INT")]
    [DataRow("TERM")]
    public async Task A_get_that_is_interrupted_ends_though_nobody_reads_its_output(string signal)
    {
        await Tool.PutAsync("image", 20_000_000);
        using var process = Tool.Start("get", Tool.LocationOf("image"));
        await process.StandardOutput.BaseStream.ReadExactlyAsync(new byte[10]);
        await Tool.SignalAsync(process, signal);
        await process.WaitForExitAsync();
        Assert.AreEqual(1, process.ExitCode);
        Assert.Contains("cancelled. What was written to stdout until then is not the whole image.", await process.StandardError.ReadToEndAsync());
    }
}
