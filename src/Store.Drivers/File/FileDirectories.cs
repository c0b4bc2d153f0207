using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;

namespace GlanceStore.Drivers.File;

// A directory as it was configured, which is what locations hold, and as it really is, which is where everything happens.
internal sealed record FileRoot(string Path, string RealPath, int Priority)
{
    public string RealPathOf(string name) => System.IO.Path.Combine(RealPath, name);
}

// The directories of a store, the highest priority first.
internal sealed class FileDirectories
{
    private readonly HostFileSystem _host;

    private FileDirectories(IReadOnlyList<FileRoot> roots, HostFileSystem host) => (Roots, _host) = (roots, host);

    public IReadOnlyList<FileRoot> Roots { get; }

    public static FileDirectories Prepare(FileDriverOptions options, HostFileSystem host)
    {
        var roots = new List<FileRoot>();
        foreach (var (path, priority) in options.InOrder())
        {
            try
            {
                System.IO.Directory.CreateDirectory(path);
                roots.Add(new FileRoot(path, host.RealPathOf(path), priority));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new StoreException(StoreError.InvalidConfiguration, $"The directory '{path}' is not there and cannot be made or opened: {e.Message}", e);
            }
        }

        return new FileDirectories(roots, host);
    }

    // Who may read an image must get to it: what the mode gives to the group or to others, they may pass through the directory for.
    public void OpenUpTo(UnixFileMode? mode, ILogger log)
    {
        const UnixFileMode group = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;
        const UnixFileMode others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        var passage = ((mode & group) > 0 ? UnixFileMode.GroupExecute : 0) | ((mode & others) > 0 ? UnixFileMode.OtherExecute : 0);
        if (passage == UnixFileMode.None || OperatingSystem.IsWindows())
        {
            return;
        }

        foreach (var root in Roots)
        {
            OpenUp(root.RealPath, passage, log);
        }
    }

    // The real path of what a location names. It need not exist.
    public string Resolve(string uri)
    {
        var path = FileLocation.PathOf(uri);
        var root = Roots.FirstOrDefault(root => FileLocation.IsInside(root.Path, path))
            ?? throw FileLocation.Invalid($"The location names {path}, which lies outside the directories of this store.");
        return Path.EndsInDirectorySeparator(path) || FileLocation.IsPart(path)
            ? throw FileLocation.Invalid($"The location names {path}, which is no image.")
            : root.RealPathOf(Path.GetRelativePath(root.Path, path));
    }

    public bool HasInside(string realPath) => Roots.Any(root => FileLocation.IsInside(root.RealPath, realPath));

    public void Confine(string realPath, string shown)
    {
        if (!HasInside(realPath))
        {
            throw FileLocation.Invalid($"{shown} leads out of the directories of this store.");
        }
    }

    // Where an image of that name is, or would be looked for first.
    public FileRoot Holding(string name) =>
        (Roots.Count == 1 ? null : Roots.FirstOrDefault(root => Path.Exists(root.RealPathOf(name)))) ?? Roots[0];

    // The directory a new image goes to. A single one is taken as it is: whether there is room shows when it is set aside or written.
    public FileRoot Choose(string name, WriteIntent intent)
    {
        if (Roots.Count == 1)
        {
            return Roots[0];
        }

        var holding = intent.Mode == WriteMode.Replace ? Roots.FirstOrDefault(root => _host.Exists(root.RealPathOf(name))) : null;
        return holding ?? WithMostRoom(intent.Size ?? 0)
            ?? throw new StoreException(StoreError.OutOfSpace, $"No directory of this store has {Math.Max(intent.Size ?? 0, 1)} bytes free.");
    }

    [UnsupportedOSPlatform("windows")]
    private static void OpenUp(string directory, UnixFileMode passage, ILogger log)
    {
        try
        {
            var mode = System.IO.File.GetUnixFileMode(directory);
            if ((mode & passage) != passage)
            {
                System.IO.File.SetUnixFileMode(directory, mode | passage);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            FileLog.DirectoryNotOpened(log, e, directory);
        }
    }

    private FileRoot? WithMostRoom(long size) => Roots
        .GroupBy(root => root.Priority)
        .Select(same => same
            .Select(root => (Root: root, Free: _host.FreeBytes(root.RealPath)))
            .Where(candidate => candidate.Free > 0 && candidate.Free >= size)
            .OrderByDescending(candidate => candidate.Free)
            .FirstOrDefault().Root)
        .FirstOrDefault(root => root is not null);
}
