using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Cache.Files;

/// <summary>The files of one entry, in a directory of its own.</summary>
/// <param name="Directory">The directory.</param>
internal sealed record EntryFiles(string Directory)
{
    public const string NextSuffix = ".next";

    /// <summary>The bytes: a sparse file as long as the image.</summary>
    public string Image => Path.Combine(Directory, "image");

    /// <summary>Which chunks of it are there.</summary>
    public string Journal => Path.Combine(Directory, "journal");

    /// <summary>What the chunks are.</summary>
    public string Chunks => Path.Combine(Directory, "chunks");

    /// <summary>What is locked as long as the entry is used. Its time of modification is when a use began last.</summary>
    public string Lock => Path.Combine(Directory, "lock");

    /// <summary>All of them, the lock last: as long as it is there, whoever holds it is the only one who removes the others.</summary>
    public IEnumerable<string> All => [Image, Journal, Chunks, Chunks + NextSuffix, Lock];

    /// <summary>How many bytes the files take on the disk.</summary>
    public long AllocatedBytes => All.Sum(path => UnixFile.StatusOfName(path)?.AllocatedBytes ?? 0);

    /// <summary>Opens a file of the entry, or makes it. Nothing but a regular file is opened, and no link is followed.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Refused"/>: something else is there.</exception>
    public static SafeFileHandle Open(string path, FileMode mode = FileMode.OpenOrCreate)
    {
        Check(path);
        var file = File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        return IsStill(path, file) ? file : throw Replaced(path, file);
    }

    /// <summary>Opens a file that is not the cache's, and of which nothing is known but that it is a regular one.</summary>
    public static SafeFileHandle OpenToRead(string path)
    {
        Check(path);
        var file = File.OpenHandle(path);
        return IsStill(path, file) ? file : throw Replaced(path, file);
    }

    /// <summary>Whether the name still leads to the file that was opened by it.</summary>
    public static bool IsStill(string path, SafeFileHandle file) =>
        UnixFile.StatusOfName(path) is { } named && UnixFile.StatusOf(file) is { } opened && named.IsSameAs(opened);

    private static FileNotFoundException Replaced(string path, SafeFileHandle file)
    {
        file.Dispose();
        return new FileNotFoundException($"'{path}' was removed or replaced while it was opened.", path);
    }

    private static void Check(string path)
    {
        if (UnixFile.StatusOfName(path) is { IsRegular: false })
        {
            throw new StoreException(StoreError.Refused, $"'{path}' is no regular file, so it is neither followed nor opened: remove it.");
        }
    }
}
