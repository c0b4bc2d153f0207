namespace GlanceStore.Cli.Tests;

/// <summary>A file system that is larger than the room below it; needs root and loop devices.</summary>
internal sealed class ThinDisk : IDisposable
{
    private const string RoomBelow = "size=10m";

    private readonly Tool _tool;
    private readonly string _below;
    private readonly string _path;

    private ThinDisk(Tool tool) => (_tool, _below, _path) = (tool, tool.At("below"), tool.At("thin"));

    /// <summary>The names of everything in it but what the file system itself keeps there.</summary>
    public IEnumerable<string> Names => Directory.EnumerateFileSystemEntries(_path).Select(entry => Path.GetFileName(entry)).Where(name => name != "lost+found");

    public static async Task<ThinDisk> MountAsync(Tool tool)
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            Assert.Inconclusive("Only root on Linux can mount a file system.");
        }

        var disk = new ThinDisk(tool);
        Directory.CreateDirectory(disk._below);
        Directory.CreateDirectory(disk._path);
        var image = Path.Combine(disk._below, "disk");
        if (!await disk.TryAsync("mount", "-t", "tmpfs", "-o", RoomBelow, "none", disk._below)
            || !await disk.TryAsync("truncate", "-s", "100M", image)
            || !await disk.TryAsync("mkfs.ext4", "-qF", "-O", "^has_journal", image)
            || !await disk.TryAsync("mount", "-o", "loop", image, disk._path))
        {
            disk.Dispose();
            Assert.Inconclusive("A file system in a file cannot be mounted here.");
        }

        return disk;
    }

    public string At(string name) => Path.Combine(_path, name);

    public void Dispose()
    {
        foreach (var path in (string[])[_path, _below])
        {
            using var process = _tool.StartProgram("umount", path);
            process.WaitForExit();
        }
    }

    private async Task<bool> TryAsync(string program, params string[] arguments)
    {
        using var process = _tool.StartProgram(program, arguments);
        return (await Tool.EndOfAsync(process)).ExitCode == 0;
    }
}
