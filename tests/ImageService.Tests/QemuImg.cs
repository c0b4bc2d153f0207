using System.Diagnostics;
using GlanceStore.Conformance;

namespace GlanceStore.ImageService.Tests;

/// <summary>Disks made and compared by the real qemu-img, in a folder that goes with it.</summary>
internal sealed class QemuImg : IDisposable
{
    private const string Program = "/usr/bin/qemu-img";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("qemu-img-");

    public QemuImg()
    {
        if (!File.Exists(Program))
        {
            SkippedServers.Skip("qemu-img", $"there is no {Program}");
        }
    }

    /// <summary>A folder for the service's own qemu-img.</summary>
    public string Staging => _folder.CreateSubdirectory("staging").FullName;

    /// <summary>A program that does as qemu-img once it is let go on, or that fails then.</summary>
    public string PausedProgram(bool fails = false)
    {
        var path = At("paused");
        File.WriteAllText(path, $"#!/bin/sh\n: >>'{At("begun")}'\nwhile [ ! -e '{At("go-on")}' ]; do sleep 0.02; done\n{(fails ? "exit 1" : $"exec {Program} \"$@\"")}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }

    /// <summary>Ends when that program was started.</summary>
    public async Task BegunAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!File.Exists(At("begun")))
        {
            await Task.Delay(20, limit.Token);
        }
    }

    public void GoOn() => File.WriteAllText(At("go-on"), "");

    /// <summary>An image of another format.</summary>
    public async Task<byte[]> ConvertAsync(byte[] image, string from, string to, params string[] options)
    {
        await File.WriteAllBytesAsync(At("from"), image);
        await RunAsync(["convert", "-f", from, "-O", to, .. options, At("from"), At("to")]);
        return await File.ReadAllBytesAsync(At("to"));
    }

    /// <summary>Checks that the disk in an image is these bytes.</summary>
    public async Task IsDiskAsync(byte[] disk, byte[] image, string format)
    {
        await File.WriteAllBytesAsync(At("disk"), disk);
        await File.WriteAllBytesAsync(At("image"), image);
        await RunAsync("compare", "-f", "raw", "-F", format, At("disk"), At("image"));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private static async Task RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.AreEqual(0, process.ExitCode, $"qemu-img {string.Join(' ', arguments)}: {await output}{await errors}");
    }
}
