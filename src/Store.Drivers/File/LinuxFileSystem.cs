using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Drivers.File;

internal class LinuxFileSystem : HostFileSystem
{
    // Everyone may read and write, less what the umask takes away: what every program asks for that says nothing of it.
    private const int DefaultMode = 0b110_110_110;

    public override bool LinksExactly => true;

    public override string RealPathOf(string directory)
    {
        using var handle = Open(directory, LinuxCalls.PathOnly | LinuxCalls.DirectoryOnly) ?? throw FileErrors.NoDirectory(directory);
        return RealPathOf(handle, directory);
    }

    public override FileStatus? Find(string path, FileDirectories within)
    {
        using var reached = Reach(path, within, out var status);
        return reached is null ? null : FileStatus.Of(status);
    }

    // What was reached is what is opened: its name may mean another file by now.
    public override SafeFileHandle? OpenRead(string path, FileDirectories within)
    {
        using var reached = Reach(path, within, out _);
        return reached is null ? null : Open(LinuxCalls.LinkTo(reached), LinuxCalls.ReadOnly, path);
    }

    public override FileStatus StatusOf(SafeFileHandle handle, string path) => FileStatus.Of(Status(handle, path));

    public override bool Exists(string path) => StatusOfEntry(path) is not null;

    // Below the directory that was really reached: a link on the way may lead out of the store.
    public override bool Remove(string path, FileDirectories within)
    {
        using var parent = Open(Path.GetDirectoryName(path)!, LinuxCalls.PathOnly | LinuxCalls.DirectoryOnly, path);
        if (parent is null)
        {
            return false;
        }

        var name = Path.GetFileName(path);
        within.Confine(Path.Combine(RealPathOf(parent, path), name), path);
        if (LinuxCalls.Status(parent, name, LinuxCalls.DoNotFollow, out var status) == 0 && !status.IsRegularFile && !status.IsSymbolicLink)
        {
            throw NotAnImage(path, status);
        }

        return LinuxCalls.Unlink(parent, name, 0) == 0 || (LinuxCalls.LastError is var errno && errno == Errno.NoEntry
            ? false
            : throw FileErrors.From(errno, $"delete {path}"));
    }

    // By paths alone, since this is what remains to do where a process may open no more files.
    public override void Withdraw(SafeFileHandle handle, string path)
    {
        if (StatusOfEntry(path) is { } there && there.IsSameFileAs(Status(handle, path)))
        {
            System.IO.File.Delete(path);
        }
    }

    public override PartFile CreatePart(string directory)
    {
        var handle = LinuxCalls.Open(directory, LinuxCalls.Unnamed | LinuxCalls.ReadWrite | LinuxCalls.CloseOnExec, DefaultMode);
        if (!handle.IsInvalid)
        {
            return new UnnamedPart(handle, this, directory);
        }

        var errno = LinuxCalls.LastError;
        handle.Dispose();
        return errno switch
        {
            // Not a thing of this file system (NFS) or, before Linux 3.11, of this kernel.
            Errno.NotSupported or Errno.IsDirectory or Errno.Invalid => NamedPart.Create(this, directory),
            Errno.NoEntry => throw FileErrors.NoDirectory(directory),
            _ => throw FileErrors.From(errno, $"write to {directory}"),
        };
    }

    public override void MoveNew(SafeFileHandle handle, string part, string target)
    {
        if (TryMoveNew(handle, part, target) is var errno and not 0)
        {
            throw FileErrors.From(errno, $"store {target}");
        }
    }

    // With a file of nothing, under names that a sweep knows.
    public override void RequireNaming(string directory)
    {
        var (part, probe) = (Path.Combine(directory, FileLocation.NewPartName()), Path.Combine(directory, FileLocation.NewPartName()));
        try
        {
            using var handle = System.IO.File.OpenHandle(part, FileMode.CreateNew, FileAccess.ReadWrite);
            if (IsMissingAbility(TryMoveNew(handle, part, probe)))
            {
                throw new StoreException(StoreError.Unsupported, $"The file system of {directory} has neither hard links nor a rename that does not replace, "
                    + "so a new image could take the name of another one there: images can only be replaced.");
            }
        }
        catch (Exception e) when (FileErrors.From(e, $"write to {directory}") is { } error)
        {
            throw error;
        }
        finally
        {
            System.IO.File.Delete(part);
            System.IO.File.Delete(probe);
        }
    }

    // By a link first: file servers do not know the rename that does not replace, and FAT does not know links.
    protected virtual int TryMoveNew(SafeFileHandle handle, string part, string target)
    {
        var errno = TryLink(handle, part, target, 0);
        return IsMissingAbility(errno) ? TryRename(part, target) : errno;
    }

    // Gives a name to an open file: the link below /proc stands for it.
    public void LinkNew(SafeFileHandle handle, string target)
    {
        if (TryLink(handle, LinuxCalls.LinkTo(handle), target, LinuxCalls.FollowLink) is var errno and not 0)
        {
            throw FileErrors.From(errno, $"store {target}");
        }
    }

    public override void FlushDirectory(string directory)
    {
        using var handle = Open(directory, LinuxCalls.DirectoryOnly) ?? throw FileErrors.NoDirectory(directory);
        // Some file systems cannot flush a directory, and say so: they have nothing to flush.
        if (LinuxCalls.Flush(handle) != 0 && LinuxCalls.LastError is var errno and not Errno.Invalid)
        {
            throw FileErrors.From(errno, $"flush {directory}");
        }
    }

    public override IDisposable? TryLock(string directory)
    {
        var handle = Open(directory, LinuxCalls.DirectoryOnly) ?? throw FileErrors.NoDirectory(directory);
        if (LinuxCalls.Lock(handle, LinuxCalls.ExclusiveLock | LinuxCalls.DoNotBlock) == 0)
        {
            return handle;
        }

        var errno = LinuxCalls.LastError;
        handle.Dispose();
        return errno == Errno.TryAgain ? null : throw FileErrors.From(errno, $"lock {directory}");
    }

    // NFS locks exclusively only what is open for writing. A mode of 440 lets its own owner only read, which is enough elsewhere.
    public override bool IsHeld(string part)
    {
        using var handle = OpenToLock(part) ?? throw new FileNotFoundException(null, part);
        if (LinuxCalls.Lock(handle, LinuxCalls.ExclusiveLock | LinuxCalls.DoNotBlock) == 0)
        {
            return false;
        }

        var errno = LinuxCalls.LastError;
        return errno == Errno.TryAgain ? true : throw FileErrors.From(errno, $"lock {part}");
    }

    // The length stays what was written, so that the check at the commit means something.
    public override void Reserve(SafeFileHandle handle, long size, string path)
    {
        if (LinuxCalls.Allocate(handle, LinuxCalls.KeepSize, 0, size) != 0
            && LinuxCalls.LastError is var errno and (Errno.NoSpace or Errno.Quota or Errno.TooBig))
        {
            throw FileErrors.From(errno, $"set {size} bytes aside for {path}");
        }
    }

    public override bool CopiesRanges => true;

    public override long CopyRange(SafeFileHandle from, SafeFileHandle to, long offset, long length, string path)
    {
        var (source, target) = (offset, offset);
        var count = LinuxCalls.CopyRange(from, ref source, to, ref target, (nuint)length, 0);
        return count >= 0
            ? count
            : LinuxCalls.LastError switch
            {
                Errno.OtherDevice or Errno.Invalid or Errno.NotSupported or Errno.NoSystemCall =>
                    throw new StoreException(StoreError.Unsupported, $"The file system of {path} takes no copy of that file."),
                var errno => throw FileErrors.From(errno, $"copy to {path}"),
            };
    }

    public override SafeFileHandle? OpenDirect(SafeFileHandle handle)
    {
        var direct = LinuxCalls.Open(LinuxCalls.LinkTo(handle), LinuxCalls.WriteOnly | LinuxCalls.Direct | LinuxCalls.CloseOnExec, 0);
        if (!direct.IsInvalid)
        {
            return direct;
        }

        direct.Dispose();
        return null;
    }

    // A hint: what fails here fails again, and is reported, when the file is flushed.
    public override void BeginFlush(SafeFileHandle handle, long offset, long length) =>
        _ = LinuxCalls.FlushRange(handle, offset, length, LinuxCalls.StartWrite);

    // .NET 10's own flush does not tell that it failed.
    public override void Flush(SafeFileHandle handle, string path)
    {
        while (LinuxCalls.Flush(handle) != 0)
        {
            if (LinuxCalls.LastError is var errno and not Errno.Interrupted)
            {
                throw FileErrors.From(errno, $"flush {path}");
            }
        }
    }

    // An error that is told here is not told again by the flush of the whole file, so it counts.
    public override void FlushRange(SafeFileHandle handle, long offset, long length, string path)
    {
        const uint all = LinuxCalls.WaitBefore | LinuxCalls.StartWrite | LinuxCalls.WaitAfter;
        if (LinuxCalls.FlushRange(handle, offset, length, all) != 0
            && LinuxCalls.LastError is var errno and not (Errno.Invalid or Errno.NotSupported or Errno.NoSystemCall))
        {
            throw FileErrors.From(errno, $"flush {path}");
        }
    }

    protected virtual SafeFileHandle? OpenToWrite(string path) => Open(path, LinuxCalls.ReadWrite);

    private static int TryLink(SafeFileHandle handle, string source, string target, int flags)
    {
        if (LinuxCalls.Link(LinuxCalls.CurrentDirectory, source, LinuxCalls.CurrentDirectory, target, flags) == 0)
        {
            return 0;
        }

        // A file server that had to be asked twice refuses the second time, because the first one worked.
        var errno = LinuxCalls.LastError;
        return errno == Errno.Exists && StatusOfEntry(target) is { } there && there.IsSameFileAs(Status(handle, target)) ? 0 : errno;
    }

    private static bool IsMissingAbility(int errno) => errno is Errno.NotPermitted or Errno.NotSupported or Errno.NoSystemCall or Errno.Invalid;

    internal static int TryRename(string part, string target) =>
        LinuxCalls.Rename(LinuxCalls.CurrentDirectory, part, LinuxCalls.CurrentDirectory, target, LinuxCalls.DoNotReplace) == 0
            ? 0
            : LinuxCalls.LastError;

    // Without opening it: to open a pipe would wait, and to open a device may do something.
    private static SafeFileHandle? Reach(string path, FileDirectories within, out LinuxStatus status)
    {
        status = default;
        var handle = Open(path, LinuxCalls.PathOnly);
        if (handle is null)
        {
            return null;
        }

        try
        {
            within.Confine(RealPathOf(handle, path), path);
            status = Status(handle, path);
            return status.IsRegularFile ? handle : throw NotAnImage(path, status);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static SafeFileHandle? Open(string path, int flags, string? shownAs = null)
    {
        var handle = LinuxCalls.Open(path, flags | LinuxCalls.CloseOnExec, 0);
        if (!handle.IsInvalid)
        {
            return handle;
        }

        var errno = LinuxCalls.LastError;
        handle.Dispose();
        return errno is Errno.NoEntry or Errno.NotDirectory ? null : throw FileErrors.From(errno, $"open {shownAs ?? path}");
    }

    private SafeFileHandle? OpenToLock(string part)
    {
        try
        {
            return OpenToWrite(part);
        }
        catch (StoreException e) when (e.Error == StoreError.AccessDenied)
        {
            return Open(part, LinuxCalls.ReadOnly);
        }
    }

    private static string RealPathOf(SafeFileHandle handle, string path)
    {
        try
        {
            return new FileInfo(LinuxCalls.LinkTo(handle)).LinkTarget ?? throw FileLocation.Invalid($"Cannot tell where {path} really is.");
        }
        catch (Exception e) when (FileErrors.From(e, $"tell where {path} really is") is { } error)
        {
            throw error;
        }
    }

    private static LinuxStatus Status(SafeFileHandle handle, string path) =>
        LinuxCalls.Status(handle, "", LinuxCalls.EmptyPath, out var status) == 0
            ? status
            : throw FileErrors.From(LinuxCalls.LastError, $"look at {path}");

    private static LinuxStatus? StatusOfEntry(string path) =>
        LinuxCalls.Status(path, LinuxCalls.DoNotFollow, out var status) == 0 ? status
        : LinuxCalls.LastError is var errno and not (Errno.NoEntry or Errno.NotDirectory) ? throw FileErrors.From(errno, $"look at {path}")
        : null;

    private static StoreException NotAnImage(string path, in LinuxStatus status) => FileLocation.Invalid($"{path} is {status.Kind}, not an image.");
}
