using System.Runtime.Versioning;

namespace GlanceStore.Cli.Tests;

/// <summary>Named pipes, which wait for their other side and are not replaced, and the permissions of files that are.</summary>
[TestClass]
public sealed class NamedPipeTests : ToolTests
{
    private const int Length = 20_000_000;

    // SIGPWR, which a process begins to handle after SIGINT and SIGTERM.
    private const int PowerFailure = 30;

    [TestMethod]
    [DataRow("INT")]
    [DataRow("TERM")]
    public async Task A_put_of_a_pipe_that_nobody_writes_to_ends_when_it_is_interrupted(string signal)
    {
        using var process = Tool.Start("put", await Tool.MakePipeAsync("pipe"));

        await SignalTests.WaitUntilItHandlesAsync(process, PowerFailure);
        await Tool.SignalAsync(process, signal);
        (await Tool.EndOfAsync(process)).FailedWith(1, "cancelled");
        Assert.IsEmpty(Tool.Stored);
    }

    [TestMethod]
    [DataRow("verify", "PIPE")]
    [DataRow("get", "PIPE")]
    [DataRow("put", "disk", "--resume", "PIPE")]
    [DataRow("stores", "--config", "PIPE")]
    [DataRow("stores", "--glance-conf", "PIPE")]
    public async Task A_file_that_is_a_pipe_nobody_writes_to_is_waited_for_until_a_signal(params string[] arguments)
    {
        Tool.MakeFile("disk", 10);
        var pipe = await Tool.MakePipeAsync("pipe");
        using var process = Tool.Start([.. arguments.Select(argument => argument == "PIPE" ? pipe : argument)]);
        await SignalTests.WaitUntilItHandlesAsync(process, PowerFailure);
        await Tool.SignalAsync(process, "TERM");
        (await Tool.EndOfAsync(process)).FailedWith(1, "cancelled");
    }

    [TestMethod]
    public async Task A_pipe_in_a_folder_of_receipts_or_of_configurations_is_none_of_them()
    {
        await Tool.PutAsync("image", 1000);
        Directory.CreateDirectory(Tool.At("folder"));
        File.Copy(Tool.At("image.json"), Tool.At("folder/a.json"));
        File.Copy(Tool.At("image.json"), Tool.At("folder/c.json"));
        await Tool.MakePipeAsync("folder/b.json");
        StringAssert.Contains((await Tool.RunAsync("verify", "--all", Tool.At("folder"))).Succeeded().Text, "2 images: 2 whole");

        await File.WriteAllTextAsync(Tool.At("folder/1.conf"), $"[glance_store]\nstores = file\nfilesystem_store_datadir = {Tool.At("images")}\n");
        await Tool.MakePipeAsync("folder/2.conf");
        Assert.AreEqual(0, (await Tool.RunAsync("stores", "--config-dir", Tool.At("folder"))).ExitCode);
    }

    [TestMethod]
    public async Task A_configuration_and_a_receipt_can_come_through_pipes()
    {
        await Tool.PutAsync("image", 1000);
        using var writer = Tool.StartProgram("cp", Tool.At("image.json"), await Tool.MakePipeAsync("pipe"));
        (await Tool.RunAsync("verify", Tool.At("pipe"))).Succeeded();
        (await Tool.EndOfAsync(writer)).Succeeded();
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
