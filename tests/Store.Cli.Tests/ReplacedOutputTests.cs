using System.Runtime.Versioning;

namespace GlanceStore.Cli.Tests;

/// <summary>Outputs that take the place of a file which is somebody's, or which nothing can take the place of.</summary>
[TestClass]
[UnsupportedOSPlatform("windows")]
public sealed class ReplacedOutputTests : ToolTests
{
    [TestMethod]
    [DataRow()]
    [DataRow("--resume")]
    public async Task An_output_of_somebody_else_stays_his(params string[] more)
    {
        RequireRoot();
        var bytes = await Tool.PutAsync("image", 1000);
        await File.WriteAllTextAsync(Tool.At("own"), "older");
        await RunAsync("chown", "1234:2345", Tool.At("own"));
        File.SetUnixFileMode(Tool.At("own"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await Tool.RunAsync(["get", Tool.At("image.json"), "-o", Tool.At("own"), .. more])).Succeeded();
        var status = UnixFile.StatusOf(Tool.At("own"))!.Value;
        Assert.AreEqual((1234u, 2345u, UnixFileMode.UserRead | UnixFileMode.UserWrite), (status.Owner, status.Group, status.Permissions));
        Same(bytes, await File.ReadAllBytesAsync(Tool.At("own")));
    }

    [TestMethod]
    public async Task An_output_keeps_the_attributes_of_the_file_that_was_there()
    {
        const string Attribute = "import os, sys; os.setxattr(sys.argv[1], 'user.note', b'kept')";
        await Tool.PutAsync("image", 1000);
        await File.WriteAllTextAsync(Tool.At("own"), "older");
        using var setting = Tool.StartProgram("python3", "-c", Attribute, Tool.At("own"));
        if ((await Tool.EndOfAsync(setting)).ExitCode != 0)
        {
            Assert.Inconclusive("This file system has no attributes of users.");
        }

        (await Tool.RunAsync("get", Tool.At("image.json"), "-o", Tool.At("own"))).Succeeded();
        Assert.AreEqual("b'kept'", (await RunAsync("python3", "-c", "import os, sys; print(os.getxattr(sys.argv[1], 'user.note'))", Tool.At("own"))).Text);
    }

    [TestMethod]
    public async Task An_output_that_is_a_mount_point_is_found_out_before_the_first_byte()
    {
        RequireRoot();
        await Tool.PutAsync("image", 1000);
        await File.WriteAllTextAsync(Tool.At("host"), "older");
        await File.WriteAllTextAsync(Tool.At("target"), "");
        using var mount = Tool.StartProgram("mount", "--bind", Tool.At("host"), Tool.At("target"));
        if ((await Tool.EndOfAsync(mount)).ExitCode != 0)
        {
            Assert.Inconclusive("Nothing can be mounted here.");
        }

        try
        {
            (await Tool.RunAsync("get", Tool.At("image.json"), "-o", Tool.At("target"))).FailedWith(2, "is a mount point");
            (await Tool.RunAsync("put", Tool.At("image"), "--id", "b", "--receipt", Tool.At("target"))).FailedWith(2, "is a mount point");
            Assert.AreEqual("older", await File.ReadAllTextAsync(Tool.At("host")));
            Assert.AreSequenceEqual(new[] { "image" }, Tool.Stored);
        }
        finally
        {
            await RunAsync("umount", Tool.At("target"));
        }
    }

    private static void RequireRoot()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            Assert.Inconclusive("Only root on Linux can give files away and mount.");
        }
    }

    private async Task<Outcome> RunAsync(string program, params string[] arguments)
    {
        using var process = Tool.StartProgram(program, arguments);
        return (await Tool.EndOfAsync(process)).Succeeded();
    }
}
