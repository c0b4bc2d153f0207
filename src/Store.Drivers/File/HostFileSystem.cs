using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Drivers.File;

// What the driver asks of the operating system. Paths are absolute; every member makes one attempt and throws StoreException.
internal abstract class HostFileSystem
{
    // Links to unnamed files and to opened ones go through /proc.
    public static HostFileSystem Current { get; } =
        OperatingSystem.IsLinux() && Environment.Is64BitProcess && System.IO.Directory.Exists("/proc/self/fd")
            ? new LinuxFileSystem()
            : new PortableFileSystem();

    // Whether giving a file its name fails where the name is taken, without a lock.
    public abstract bool LinksExactly { get; }

    // The path of a directory without symbolic links.
    public abstract string RealPathOf(string directory);

    // Null where there is no file; InvalidLocation where it is no file, or one outside the directories.
    public abstract FileStatus? Find(string path, FileDirectories within);

    public abstract SafeFileHandle? OpenRead(string path, FileDirectories within);

    public abstract FileStatus StatusOf(SafeFileHandle handle, string path);

    public abstract bool Exists(string path);

    // Removes the name, and never what a symbolic link of that name leads to.
    public abstract bool Remove(string path, FileDirectories within);

    // Takes a name away from an opened file, unless it means another file by now.
    public abstract void Withdraw(SafeFileHandle handle, string path);

    public abstract PartFile CreatePart(string directory);

    // Gives a part its final name, where that is free; it may keep the other one beside it.
    public abstract void MoveNew(SafeFileHandle handle, string part, string target);

    public abstract void FlushDirectory(string directory);

    // Null where another holds the lock.
    public abstract IDisposable? TryLock(string directory);

    // Whether a writer is alive: each holds a shared lock on its part, and this asks for an exclusive one.
    public virtual bool IsHeld(string part)
    {
        try
        {
            using var handle = System.IO.File.OpenHandle(part, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException e) when (e is not FileNotFoundException)
        {
            return true;
        }
    }

    // Makes sure that a new image can get its name there without taking it from another one.
    public virtual void RequireNaming(string directory)
    {
    }

    // Sets room aside, so that a full disk is found before the first byte is sent.
    public virtual void Reserve(SafeFileHandle handle, long size, string path)
    {
    }

    // A second handle of a file that writes past the page cache, from whole pages of memory to whole blocks; null where there is none.
    public virtual SafeFileHandle? OpenDirect(SafeFileHandle handle) => null;

    // Whether the system copies from file to file by itself.
    public virtual bool CopiesRanges => false;

    // Copies a stretch to the same place of another file, perhaps less than asked for. Unsupported where these two file systems cannot.
    public virtual long CopyRange(SafeFileHandle from, SafeFileHandle to, long offset, long length, string path) =>
        throw new StoreException(StoreError.Unsupported, "This system does not copy from file to file.");

    // Starts writing a stretch to the disk, so that little is left to flush at the end.
    public virtual void BeginFlush(SafeFileHandle handle, long offset, long length)
    {
    }

    // All of a file.
    public virtual void Flush(SafeFileHandle handle, string path) => RandomAccess.FlushToDisk(handle);

    public virtual void FlushRange(SafeFileHandle handle, long offset, long length, string path)
    {
    }

    public virtual long FreeBytes(string directory)
    {
        try
        {
            return new DriveInfo(directory).AvailableFreeSpace;
        }
        catch (Exception e) when (FileErrors.From(e, $"find the free space of {directory}") is { } error)
        {
            throw error;
        }
    }
}
