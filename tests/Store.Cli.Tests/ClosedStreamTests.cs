namespace GlanceStore.Cli.Tests;

/// <summary>Streams that a script closed, or that take nothing more.</summary>
[TestClass]
public sealed class ClosedStreamTests : ToolTests
{
    [TestMethod]
    public async Task A_put_of_a_closed_stdin_says_so_and_stores_nothing()
    {
        (await Tool.RunRedirectedAsync("<&-", "put", "-")).FailedWith(1, "stdin is closed");
        Assert.IsEmpty(Tool.Stored);
    }

    [TestMethod]
    public async Task A_closed_stdin_is_nothing_to_a_put_of_a_file()
    {
        Tool.MakeFile("disk", 10);
        (await Tool.RunRedirectedAsync("<&-", "put", Tool.At("disk"), "--id", "image")).Succeeded();
        Assert.AreSequenceEqual(new[] { "image" }, Tool.Stored);
    }

    [TestMethod]
    public async Task A_closed_stdout_is_found_out_before_anything_is_done()
    {
        Tool.MakeFile("disk", 10);
        (await Tool.RunRedirectedAsync(">&-", "put", Tool.At("disk"))).FailedWith(1, "stdout is closed");
        Assert.IsEmpty(Tool.Stored);
        await Tool.PutAsync("image", 10);
        (await Tool.RunRedirectedAsync(">&-", "get", Tool.LocationOf("image"))).FailedWith(1, "stdout is closed");
        (await Tool.RunRedirectedAsync("<&- >&-", "delete", Tool.LocationOf("image"))).FailedWith(1, "stdout is closed");
        Assert.AreSequenceEqual(new[] { "image" }, Tool.Stored);
    }

    [TestMethod]
    public async Task A_stdout_that_takes_nothing_does_not_lose_the_receipt()
    {
        var bytes = Tool.MakeFile("disk", 1000);
        var outcome = await Tool.RunRedirectedAsync(">/dev/full", "put", Tool.At("disk"), "--id", "image", "--receipt", Tool.At("r.json"), "--json");
        outcome.FailedWith(1, "could not be printed");
        outcome.FailedWith(1, Tool.LocationOf("image"));
        Same(bytes, (await Tool.RunAsync("get", Tool.At("r.json"))).Succeeded().Bytes);
    }

    [TestMethod]
    public async Task A_copy_that_cannot_be_printed_or_has_no_receipt_says_where_it_is()
    {
        await Tool.PutAsync("image", 10);
        foreach (var command in new[] { "copy", "move" })
        {
            var outcome = await Tool.RunRedirectedAsync(">/dev/full", command, Tool.At("image.json"), "--to", "local", "--id", $"{command}.1");
            outcome.FailedWith(1, $"{Tool.LocationOf($"{command}.1")}', which could not be printed");
            await Tool.PutAsync("image", 10, "--replace");
        }

        (await Tool.RunAsync("copy", Tool.At("image.json"), "--to", "local", "--id", "b", "--receipt", "/dev/full"))
            .FailedWith(1, $"{Tool.LocationOf("b")}', whose receipt could not be written");
    }

    [TestMethod]
    [DataRow("2>&-")]
    [DataRow("2>/dev/full")]
    public async Task A_stderr_that_takes_nothing_leaves_the_exit_code_as_it_is(string redirection)
    {
        Assert.AreEqual(2, (await Tool.RunRedirectedAsync(redirection, "put", Tool.At("absent"))).ExitCode);
        await Tool.PutAsync("image", 10);
        Assert.AreEqual(3, (await Tool.RunRedirectedAsync(redirection, "stat", Tool.LocationOf("other"))).ExitCode);
        Assert.AreEqual(0, (await Tool.RunRedirectedAsync(redirection, "stat", Tool.LocationOf("image"))).ExitCode);
    }
}
