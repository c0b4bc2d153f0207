using System.Runtime.Versioning;

namespace GlanceStore.Cli.Tests;

/// <summary>Named pipes, which wait for their other side and are not replaced, and the permissions of files that are.</summary>
[TestClass]
public sealed class NamedPipeTests : ToolTests
{
    private const int Length = 20_000_000;

    [TestMethod]
    [DataRow("INT")]
    [DataRow("TERM")]
    public async Task A_put_of_a_pipe_that_nobody_writes_to_ends_when_it_is_interrupted(string signal)
    {
        using var process = Tool.Start("put", await Tool.MakePipeAsync("pipe"));

        // The store is made just before the source is opened.
        while (!Directory.Exists(Tool.StoreDirectory) && !process.HasExited)
        {
            await Task.Yield();
        }

        await Tool.SignalAsync(process, signal);
        (await Tool.EndOfAsync(process)).FailedWith(1, "cancelled");
        Assert.IsEmpty(Tool.Stored);
    }

    [TestMethod]
    public async Task An_image_goes_through_named_pipes_in_both_directions_and_they_stay_pipes()
    {
        var bytes = Tool.MakeFile("disk", Length);
        var pipe = await Tool.MakePipeAsync("pipe");
        using (var writer = Tool.StartProgram("cp", Tool.At("disk"), pipe))
        {
            (await Tool.RunAsync("put", pipe, "--id", "image")).Succeeded();
            (await Tool.EndOfAsync(writer)).Succeeded();
        }

        using (var reader = Tool.StartProgram("cat", pipe))
        {
            var read = Tool.EndOfAsync(reader);
            (await Tool.RunAsync("get", Tool.LocationOf("image"), "-o", pipe)).Succeeded();
            Same(bytes, (await read).Succeeded().Bytes);
        }

        Assert.IsTrue(UnixFile.IsSpecial(pipe));
    }

    [TestMethod]
    [UnsupportedOSPlatform("windows")]
    [DataRow(UnixFileMode.UserRead | UnixFileMode.UserWrite)]
    [DataRow(UnixFileMode.UserRead)]
    [DataRow(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)]
    public async Task An_output_that_was_there_keeps_its_permissions(UnixFileMode mode)
    {
        var bytes = await Tool.PutAsync("image", 1000);
        await File.WriteAllTextAsync(Tool.At("copy"), "older");
        File.SetUnixFileMode(Tool.At("copy"), mode);
        (await Tool.RunAsync("get", Tool.LocationOf("image"), "-o", Tool.At("copy"))).Succeeded();
        Assert.AreEqual(mode, File.GetUnixFileMode(Tool.At("copy")));
        Same(bytes, await File.ReadAllBytesAsync(Tool.At("copy")));
    }
}
