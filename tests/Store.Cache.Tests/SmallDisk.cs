using System.Diagnostics;

namespace GlanceStore.Cache.Tests;

/// <summary>A file system of its own, for as long as a test takes.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    /// <summary>Mounts one in memory. Skips the test where that is not possible.</summary>
    public static SmallDisk Mount(string path, string type, string options) => Mount(path, "-t", type, "-o", options, "none");

    /// <summary>Makes a file system in a file and mounts it. Skips the test where that is not possible.</summary>
    public static SmallDisk MountFile(string path, string maker, params string[] arguments)
    {
        var file = path + ".img";
        using (var made = new FileStream(file, FileMode.CreateNew))
        {
            made.SetLength(400L << 20);
        }

        if (!File.Exists(maker) || Run(maker, [.. arguments, file]) != 0)
        {
            Assert.Inconclusive($"{maker} is not here, or makes no file system.");
        }

        return Mount(path, "-o", "loop", file);
    }

    public void Dispose()
    {
        Run("umount", Path);
        Directory.Delete(Path);
    }

    private static SmallDisk Mount(string path, params string[] arguments)
    {
        Directory.CreateDirectory(path);
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root" || Run("mount", [.. arguments, path]) != 0)
        {
            Directory.Delete(path);
            Assert.Inconclusive($"mount {string.Join(' ', arguments)} is not possible here.");
        }

        return new SmallDisk(path);
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
