using System.Diagnostics;
using System.Globalization;
using System.Net;
using GlanceStore.Drivers.Testing;

namespace GlanceStore.Cli.Tests;

/// <summary>A closed terminal and the other signals that end a process in daily life.</summary>
[TestClass]
public sealed class SignalTests : ToolTests
{
    [TestMethod]
    [DataRow("HUP")]
    [DataRow("INT")]
    [DataRow("QUIT")]
    [DataRow("TERM")]
    [DataRow("USR1")]
    [DataRow("ALRM")]
    [DataRow("XCPU")]
    public async Task A_put_that_is_ended_by_a_signal_of_daily_life_leaves_nothing_behind(string signal)
    {
        using var process = await BegunAsync();
        await Tool.SignalAsync(process, signal);
        (await Tool.EndOfAsync(process)).FailedWith(1, "cancelled; nothing is left behind.");
        Assert.IsEmpty(Tool.Stored);
        Assert.IsEmpty(Directory.GetFiles(Tool.At(".")));
    }

    [TestMethod]
    [DataRow("The image may be in 's' already; stat tells.")]
    [DataRow("The image in 's' may be replaced already; stat tells.", "--replace")]
    public async Task A_put_that_is_ended_while_the_store_stores_the_image_says_that_it_may_have(string words, params string[] more)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var server = new LoopbackHttp(async context =>
        {
            if (context.Request.HttpMethod == "PUT")
            {
                asked.TrySetResult();
                await Task.Delay(Timeout.Infinite);
            }

            context.Response.StatusCode = (int)(context.Request.RawUrl!.Trim('/') == "images" ? HttpStatusCode.OK : HttpStatusCode.NotFound);
            context.Response.Close();
        });
        await File.WriteAllTextAsync(Tool.At("s3.json"), S3EnvironmentTests.Settings.Replace("URL", server.Url, StringComparison.Ordinal));
        Tool.MakeFile("little", 1000);
        using var process = Tool.Start(["--config", Tool.At("s3.json"), "put", Tool.At("little"), .. more]);
        await asked.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await Tool.SignalAsync(process, "INT");
        (await Tool.EndOfAsync(process)).FailedWith(1, $"cancelled. {words}");
    }

    [TestMethod]
    [DataRow("PIPE")]
    [DataRow("XFSZ")]
    public async Task A_signal_that_only_says_what_a_write_says_as_well_ends_nothing(string signal)
    {
        using var process = await BegunAsync();
        await Tool.SignalAsync(process, signal);
        process.StandardInput.Close();
        (await Tool.EndOfAsync(process)).Succeeded();
        Assert.AreSequenceEqual(new[] { "image" }, Tool.Stored);
    }

    [TestMethod]
    public async Task A_put_that_was_told_to_ignore_the_hang_up_goes_on()
    {
        using var process = Tool.StartProgram("env", "--ignore-signal=HUP", Tool.BuiltTool, "put", "-", "--id", "image");
        await BeginAsync(process);
        await Tool.SignalAsync(process, "HUP");
        process.StandardInput.Close();
        (await Tool.EndOfAsync(process)).Succeeded();
        Assert.AreSequenceEqual(new[] { "image" }, Tool.Stored);
    }

    private async Task<Process> BegunAsync()
    {
        var process = Tool.StartProgram("env", "--default-signal=INT,QUIT,HUP", Tool.BuiltTool, "put", "-", "--id", "image", "--receipt", Tool.At("r.json"));
        await BeginAsync(process);
        return process;
    }

    // More than a pipe holds: once it is written, the tool has begun to read.
    private static async Task BeginAsync(Process process)
    {
        await process.StandardInput.BaseStream.WriteAsync(new byte[20_000_000]);
        await process.StandardInput.BaseStream.FlushAsync();
    }

    internal static async Task WaitUntilItHandlesAsync(Process process, int signal)
    {
        var bit = 1UL << (signal - 1);
        while (!process.HasExited && (SignalsOf(process, "SigCgt:") & bit) == 0)
        {
            // Whoever starts it may have it ignore the signal, as nohup does, and then it never handles it.
            if ((SignalsOf(process, "SigIgn:") & bit) != 0)
            {
                process.Kill();
                Assert.Inconclusive($"Signal {signal} is ignored here, so nothing can be seen of how it is handled. Run the tests without nohup.");
            }

            await Task.Yield();
        }
    }

    private static ulong SignalsOf(Process process, string field)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
            return ulong.Parse(line[field.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            return 0;
        }
    }
}
