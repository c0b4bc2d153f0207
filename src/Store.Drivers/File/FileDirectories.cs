using Microsoft.Extensions.Logging;

namespace GlanceStore.Drivers.File;

// The directories of a store, the highest priority first. They are made by the first write: who only looks leaves everything as it is.
internal sealed partial class FileDirectories
{
    private readonly HostFileSystem _host;
    private readonly UnixFileMode? _imageMode;
    private readonly ILogger _log;

    private FileDirectories(IReadOnlyList<FileRoot> roots, UnixFileMode? imageMode, HostFileSystem host, ILogger log) =>
        (Roots, _imageMode, _host, _log) = (roots, imageMode, host, log);

    public IReadOnlyList<FileRoot> Roots { get; }

    // Of several directories some may be out of reach for now; a store of none is none.
    public static FileDirectories Prepare(FileDriverOptions options, HostFileSystem host, ILogger log)
    {
        FileRoot[] roots = [.. options.InOrder().Select(directory => new FileRoot(directory.Path, directory.Priority, host))];
        var directories = new FileDirectories(roots, options.FileMode, host, log);
        string?[] faults = [.. roots.Select(root => FaultOf(root, host))];
        if (faults.All(fault => fault is not null))
        {
            throw new StoreException(StoreError.InvalidConfiguration, faults[0]!);
        }

        foreach (var fault in faults.OfType<string>())
        {
            FileLog.DirectoryOutOfReach(log, fault);
        }

        foreach (var root in roots.Where(root => root.WasThere))
        {
            directories.OpenUp(root);
        }

        return directories;
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
        (Roots.Count == 1 ? null : Roots.FirstOrDefault(root => Path.Exists(root.RealPathOf(name)))
            ?? Roots.FirstOrDefault(root => System.IO.Directory.Exists(root.RealPath))) ?? Roots[0];

    // Whether an image of that name is there. What a directory that is out of reach holds, nobody knows, and the others do not wait for it.
    public bool Holds(FileRoot root, string name)
    {
        try
        {
            return _host.Exists(root.RealPathOf(name));
        }
        catch (StoreException e) when (Roots.Count > 1)
        {
            FileLog.DirectoryOutOfReach(_log, e.Message);
            return false;
        }
    }

    // All directories at once, in one order, so that two processes meet in at least one even where each can reach others; null where somebody
    // holds one of them.
    public IDisposable? TryLock(FileRoot published)
    {
        var held = new List<IDisposable>();
        foreach (var directory in Roots.Select(root => root.RealPath).Distinct())
        {
            try
            {
                if (_host.TryLock(directory) is not { } one)
                {
                    held.ForEach(other => other.Dispose());
                    return null;
                }

                held.Add(one);
            }
            catch (StoreException) when (directory != published.RealPath)
            {
            }
            catch
            {
                held.ForEach(other => other.Dispose());
                throw;
            }
        }

        return new Locks(held);
    }

    // Why a directory can neither be used nor be made.
    private static string? FaultOf(FileRoot root, HostFileSystem host)
    {
        if (root.WasThere)
        {
            return null;
        }

        try
        {
            var above = root.Path;
            while (!Path.Exists(above) && new FileInfo(above).LinkTarget is null && Path.GetDirectoryName(above) is { } next)
            {
                above = next;
            }

            _ = host.RealPathOf(above);
            return System.IO.Directory.Exists(above) && above != root.Path ? null : $"The directory '{root.Path}' is not there and cannot be made or opened: {above} is no directory";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The directory '{root.Path}' is not there and cannot be made or opened: {e.Message}";
        }
    }

    private sealed class Locks(List<IDisposable> held) : IDisposable
    {
        public void Dispose() => held.ForEach(one => one.Dispose());
    }
}
