using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Cache.Files;

/// <summary>The directory of a cache: one directory an entry in it, and whatever else is there, which is left alone.</summary>
internal sealed class CacheFolder
{
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private CacheFolder(string path, HostDisk disk) => (Path, Disk) = (path, disk);

    public string Path { get; }

    public HostDisk Disk { get; }

    /// <summary>Opens the directory, or makes it.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.InvalidConfiguration"/>: it is somebody else's, others can write to it, or it is a link or no directory.
    /// <see cref="StoreError.Unsupported"/>: this is not Linux.
    /// </exception>
    public static CacheFolder Open(string path, HostDisk disk)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new StoreException(StoreError.Unsupported, "The cache needs Linux: its locks, which the kernel releases when a process dies, are not there elsewhere.");
        }

        path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        string? mistake = null;
        CacheErrors.Map($"make the cache's directory '{path}'", () =>
        {
            disk.MakeDirectory(path);
            mistake = MistakeOf(disk.Look(path));
        });
        return mistake is null
            ? new CacheFolder(path, disk)
            : throw new StoreException(StoreError.InvalidConfiguration, $"'{path}' cannot be the cache's directory: {mistake}.");
    }

    public EntryFiles FilesOf(EntryName name) => new(System.IO.Path.Combine(Path, name.ToString()), Disk);

    public bool Has(EntryName name) => Disk.Look(FilesOf(name).Directory) is not null;

    /// <summary>Whether there is an entry that has the whole digest of this one's image, and so its final name.</summary>
    public bool HasWhole(EntryName name) => IsWhole(FilesOf(name.Whole));

    /// <summary>Whether an entry of a final name is one, and not what a kill left of its removal.</summary>
    public static bool IsWhole(EntryFiles files) => ChunksFile.TryRead(files) is not null;

    /// <summary>The entries that there are. What has another name, or is no directory of this user, is none.</summary>
    public IReadOnlyList<EntryName> Entries() => [.. Disk.DirectoriesIn(Path)
        .Where(path => MistakeOf(Disk.Look(path)) is null)
        .Select(path => EntryName.Parse(System.IO.Path.GetFileName(path)))
        .OfType<EntryName>()];

    /// <summary>Makes the directory of an entry where it is not there.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Refused"/>: something else is there.</exception>
    public EntryFiles Make(EntryName name)
    {
        var files = FilesOf(name);
        UnixStatus? status;
        while ((status = Disk.Look(files.Directory)) is null)
        {
            Disk.MakeDirectory(files.Directory); // and looked at again: another process may remove it at any moment
        }

        return MistakeOf(status) is { } mistake
            ? throw new StoreException(StoreError.Refused, $"'{files.Directory}' is not used: {mistake}. Remove it.")
            : files;
    }

    /// <summary>Takes a lease on an entry: nobody removes it until it is given back, or this process ends.</summary>
    /// <returns>Null where it is being removed right now, or is not there any more.</returns>
    public static SafeFileHandle? TryLease(EntryFiles files, FileMode mode = FileMode.OpenOrCreate) => TryLock(files, LockKind.Shared, mode);

    /// <summary>Whether somebody uses an entry.</summary>
    public static bool IsLeased(EntryFiles files)
    {
        using var file = TryLock(files, LockKind.Alone, FileMode.Open);
        return file is null && files.Disk.Look(files.Lock) is not null;
    }

    /// <summary>Removes an entry that nobody uses, and of its directory only the files that are the cache's. False where somebody does.</summary>
    public static bool TryRemove(EntryFiles files)
    {
        // Also where a kill left no lock: whoever begins the entry anew takes it before anything else.
        using var file = TryLock(files, LockKind.Alone, FileMode.OpenOrCreate);
        if (file is null)
        {
            return false;
        }

        foreach (var path in files.All)
        {
            files.Disk.Remove(path);
        }

        try
        {
            files.Disk.RemoveDirectory(files.Directory);
        }
        catch (IOException)
        {
            // Somebody has begun it anew, or has put a file of his own there.
        }

        return true;
    }

    private static SafeFileHandle? TryLock(EntryFiles files, LockKind kind, FileMode mode)
    {
        SafeFileHandle? file = null;
        var isTaken = false;
        try
        {
            file = files.Disk.Open(files.Lock, mode);
            return (isTaken = files.Disk.TryLock(file, kind) && files.Disk.IsStill(files.Lock, file)) ? file : null;
        }
        catch (IOException e) when (IsPassing(e))
        {
            return null;
        }
        finally
        {
            if (!isTaken)
            {
                file?.Dispose();
            }
        }
    }

    // Removed by another process, or locked by it.
    private static bool IsPassing(IOException e) => e is FileNotFoundException or DirectoryNotFoundException || e.HResult == LinuxCalls.TryAgain;

    private static string? MistakeOf(UnixStatus? found) => found switch
    {
        null => "it is not there",
        { IsDirectory: false } => "it is a link or a file, and no directory",
        { } status when status.Owner != LinuxCalls.User => $"it belongs to the user {status.Owner}, and this is {LinuxCalls.User}",
        { Permissions: var mode } when (mode & WritableByOthers) != 0 => "others than its owner can write to it (chmod go-w)",
        _ => null,
    };
}
