using System.Runtime.Versioning;

namespace GlanceStore.Drivers.File;

internal sealed partial class FileDirectories
{
    // The directories that an image could go to, the best first. A single one is taken as it is: whether there is room shows when it is set
    // aside or written. An image that is replaced stays where it is, if it fits there.
    public IEnumerable<FileRoot> For(string name, WriteIntent intent)
    {
        if (Roots.Count == 1)
        {
            return Roots;
        }

        var holding = intent.Mode == WriteMode.Replace ? Roots.FirstOrDefault(root => Holds(root, name)) : null;
        var free = WithRoom(intent.Size ?? 0);
        return holding is null ? free : free.Where(root => root != holding).Prepend(holding);
    }

    // Makes a directory that was not there when the store was made. One that was, and is gone, is left to come back: under its name there may
    // now be another file system, where nobody would look for the image.
    public void Make(FileRoot root)
    {
        if (root.WasThere)
        {
            return;
        }

        try
        {
            var above = Missing(root.Path);
            System.IO.Directory.CreateDirectory(root.Path);
            foreach (var made in above)
            {
                _host.FlushDirectory(Path.GetDirectoryName(made)!);
            }
        }
        catch (Exception e) when (FileErrors.From(e, $"make the directory {root.Path}") is { } error)
        {
            throw error;
        }

        OpenUp(root);
    }

    // The directories to be made for one, from the outermost.
    private static List<string> Missing(string directory)
    {
        var missing = new List<string>();
        for (var above = directory; above is not null && !System.IO.Directory.Exists(above); above = Path.GetDirectoryName(above))
        {
            missing.Insert(0, above);
        }

        return missing;
    }

    // Among equals the one with most room. Of a directory that is out of reach nobody knows what is free in it.
    private IEnumerable<FileRoot> WithRoom(long size) => Roots
        .GroupBy(root => root.Priority)
        .SelectMany(same => same
            .Select(root => (Root: root, Free: FreeBytes(root)))
            .Where(candidate => candidate.Free is null || (candidate.Free > 0 && candidate.Free >= size))
            .OrderByDescending(candidate => candidate.Free ?? -1)
            .Select(candidate => candidate.Root));

    private long? FreeBytes(FileRoot root)
    {
        try
        {
            Make(root);
            return _host.FreeBytes(root.RealPath);
        }
        catch (StoreException)
        {
            return null;
        }
    }

    // Who may read an image must get to it: what the mode gives to the group or to others, they may pass through the directory for.
    private void OpenUp(FileRoot root)
    {
        const UnixFileMode group = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;
        const UnixFileMode others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        var passage = ((_imageMode & group) > 0 ? UnixFileMode.GroupExecute : 0) | ((_imageMode & others) > 0 ? UnixFileMode.OtherExecute : 0);
        if (passage != UnixFileMode.None && !OperatingSystem.IsWindows())
        {
            OpenUp(root.RealPath, passage);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private void OpenUp(string directory, UnixFileMode passage)
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
            FileLog.DirectoryNotOpened(_log, e, directory);
        }
    }
}
