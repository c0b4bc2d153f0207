using System.Diagnostics;
using GlanceStore.Conformance;

namespace GlanceStore.ImageService.Tests;

/// <summary>Programs of Debian's packages, run as they are there.</summary>
internal static class DebianProgram
{
    /// <summary>Skips the test where a program is not there.</summary>
    public static void Require(string name, string program)
    {
        if (!File.Exists(program))
        {
            SkippedServers.Skip(name, $"there is no {program}; it is in Debian's package");
        }
    }

    /// <summary>What a program prints; it has to succeed.</summary>
    public static async Task<string> RunAsync(string program, string[] arguments, string home)
    {
        var (exitCode, output, errors) = await TryAsync(program, arguments, home);
        Assert.AreEqual(0, exitCode, $"{program} {string.Join(' ', arguments)}: {errors}{output}");
        return output;
    }

    /// <summary>Runs a program in a folder of its own, whatever comes of it.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> TryAsync(string program, string[] arguments, string home)
    {
        using var process = Start(program, arguments, home);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }

    /// <summary>Starts one; whoever does reads what it says.</summary>
    public static Process Start(string program, string[] arguments, string home)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = home };

        // Debian's Python and its modules, whatever else comes first; and no proxy on the way to loopback.
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["NO_PROXY"] = start.Environment["no_proxy"] = "127.0.0.1";
        start.Environment["HOME"] = home;
        return Process.Start(start)!;
    }
}
