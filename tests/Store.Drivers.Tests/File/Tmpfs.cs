using System.Diagnostics;

namespace GlanceStore.Drivers.File.Tests;

/// <summary>A small file system of its own; needs root.</summary>
internal sealed class Tmpfs : IDisposable
{
    private Tmpfs(string path) => Path = path;

    public string Path { get; }

    public static Tmpfs Mount(string options)
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            Assert.Inconclusive("Only root on Linux can mount a small file system.");
        }

        var path = Directory.CreateTempSubdirectory("glance-store-tmpfs-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", options, "none", path) != 0)
        {
            Directory.Delete(path);
            Assert.Inconclusive("A tmpfs cannot be mounted here.");
        }

        return new Tmpfs(path);
    }

    public void Remount(string options) => Assert.AreEqual(0, Run("mount", "-o", "remount," + options, Path));

    public void Dispose()
    {
        Run("umount", Path);
        Directory.Delete(Path);
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode;
    }
}
