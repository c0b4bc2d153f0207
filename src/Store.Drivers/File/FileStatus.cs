using System.Globalization;

namespace GlanceStore.Drivers.File;

// What the file system says of an image file.
internal readonly record struct FileStatus(long Size, DateTimeOffset LastModified, string VersionTag)
{
    // The inode tells a replaced file from the one before, the two times one that was written to in place. The time of the last
    // change to the inode cannot be set back by a program, as the other can.
    public static FileStatus Of(in LinuxStatus status)
    {
        var modified = DateTimeOffset.FromUnixTimeSeconds(status.Modified.Seconds).AddTicks(status.Modified.Nanoseconds / 100);
        var tag = string.Create(CultureInfo.InvariantCulture, $"{status.Inode:x}-{status.Size:x}-{status.Modified}-{status.Changed}");
        return new FileStatus((long)status.Size, modified, tag);
    }

    public static FileStatus Of(long size, DateTime modified) => new(size, new DateTimeOffset(modified),
        string.Create(CultureInfo.InvariantCulture, $"{size:x}-{modified.Ticks:x}"));

    public StoredObject Describe(ImageLocation location, IReadOnlyDictionary<string, string> metadata) =>
        new(location, Size, VersionTag, LastModified) { Metadata = metadata };
}
