using System.Globalization;

namespace GlanceStore.Drivers.File;

// What the file system says of an image file.
internal readonly record struct FileStatus(long Size, DateTimeOffset LastModified, string VersionTag)
{
    // A file system can hold times that .NET has no date for.
    private static readonly long FirstSecond = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    private static readonly long LastSecond = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    // The inode tells a replaced file from the one before, the time of the last write one that was written to in place. The time of
    // the last change to the inode is left out: new permissions, or a backup's hard link, leave the bytes as they are.
    public static FileStatus Of(in LinuxStatus status)
    {
        var second = Math.Clamp(status.Modified.Seconds, FirstSecond, LastSecond);
        var modified = DateTimeOffset.FromUnixTimeSeconds(second).AddTicks(status.Modified.Nanoseconds / 100);
        var tag = string.Create(CultureInfo.InvariantCulture, $"{status.Inode:x}-{status.Size:x}-{status.Modified}");
        return new FileStatus((long)status.Size, modified, tag);
    }

    public static FileStatus Of(long size, DateTime modified) => new(size, new DateTimeOffset(modified),
        string.Create(CultureInfo.InvariantCulture, $"{size:x}-{modified.Ticks:x}"));

    public StoredObject Describe(ImageLocation location, IReadOnlyDictionary<string, string> metadata) =>
        new(location, Size, VersionTag, LastModified) { Metadata = metadata };
}
