using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Drivers.File;

// With what .NET offers on every system: symbolic links are refused instead of followed, and of several creators of an image
// one wins only within a process.
internal sealed class PortableFileSystem : HostFileSystem
{
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Turns = new(StringComparer.Ordinal);

    public override bool LinksExactly => false;

    public override string RealPathOf(string directory) => Trying($"open {directory}", () =>
        System.IO.Directory.ResolveLinkTarget(directory, returnFinalTarget: true)?.FullName ?? directory);

    public override FileStatus? Find(string path, FileDirectories within) => Trying<FileStatus?>($"look at {path}", () =>
    {
        var file = Entry(path, within);
        return file.Exists ? FileStatus.Of(file.Length, file.LastWriteTimeUtc) : null;
    });

    public override SafeFileHandle? OpenRead(string path, FileDirectories within) => Trying($"open {path}", () =>
        Entry(path, within).Exists
            ? System.IO.File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete)
            : null);

    public override FileStatus StatusOf(SafeFileHandle handle, string path) => Trying($"look at {path}", () =>
        FileStatus.Of(RandomAccess.GetLength(handle), System.IO.File.GetLastWriteTimeUtc(handle)));

    public override bool Exists(string path) => Path.Exists(path);

    public override bool Remove(string path, FileDirectories within) => Trying($"delete {path}", () =>
    {
        var file = Entry(path, within);
        if (!file.Exists)
        {
            return false;
        }

        file.Delete();
        return true;
    });

    // There is no telling one file from another; but nothing that follows the naming fails here either.
    public override void Withdraw(SafeFileHandle handle, string path) => System.IO.File.Delete(path);

    public override PartFile CreatePart(string directory) => NamedPart.Create(this, directory);

    // Under the lock, since a move asks whether the name is free before it takes it.
    public override void MoveNew(SafeFileHandle handle, string part, string target) => System.IO.File.Move(part, target, overwrite: false);

    // There is no way to ask for it; the file itself is flushed.
    public override void FlushDirectory(string directory)
    {
    }

    public override IDisposable? TryLock(string directory) =>
        Turns.GetOrAdd(directory, _ => new SemaphoreSlim(1)) is var turn && turn.Wait(0, CancellationToken.None) ? new Release(turn) : null;

    private static FileInfo Entry(string path, FileDirectories within)
    {
        within.Confine(path, path);
        for (FileSystemInfo? part = new FileInfo(path); part is not null && within.HasInside(part.FullName); part = Above(part))
        {
            if (part.LinkTarget is not null)
            {
                throw FileLocation.Invalid($"{part.FullName} is a symbolic link, which is not followed on this system.");
            }
        }

        return System.IO.Directory.Exists(path) ? throw FileLocation.Invalid($"{path} is a directory, not an image.") : new FileInfo(path);
    }

    private static DirectoryInfo? Above(FileSystemInfo entry) => entry is FileInfo file ? file.Directory : ((DirectoryInfo)entry).Parent;

    private static T Trying<T>(string doing, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (FileErrors.From(e, doing) is { } error)
        {
            throw error;
        }
    }

    private sealed class Release(SemaphoreSlim turn) : IDisposable
    {
        private int _done;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _done, 1) == 0)
            {
                turn.Release();
            }
        }
    }
}
