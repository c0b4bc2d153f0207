using Renci.SshNet.Sftp;

namespace GlanceStore.Drivers.Sftp;

/// <summary>What a server tells of a file. In version 3 every attribute may be left out, and what is not told is not the opposite.</summary>
internal static class SftpAttributes
{
    /// <summary>Whether it may be a file of its own: it is told to be one, or its type is not told.</summary>
    public static bool MayBeFile(SftpFileAttributes told) => told.IsRegularFile
        || !(told.IsDirectory || told.IsSymbolicLink || told.IsNamedPipe || told.IsSocket || told.IsCharacterDevice || told.IsBlockDevice);

    /// <summary>When it was last written to, in whole seconds; null where that is not told.</summary>
    public static DateTimeOffset? LastWritten(SftpFileAttributes told) =>
        told.LastWriteTimeUtc == DateTime.MinValue ? null : new DateTimeOffset(DateTime.SpecifyKind(told.LastWriteTimeUtc, DateTimeKind.Utc));

    /// <summary>An image in the store's words.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Unsupported"/>: the server does not tell its size, without which nothing can be read of it.</exception>
    public static StoredObject Describe(ImageLocation location, SftpFileAttributes told)
    {
        var written = LastWritten(told);
        return told.Size < 0
            ? throw new StoreException(StoreError.Unsupported, $"The server does not tell the size of {location}, and a store needs it.")
            : new StoredObject(location, told.Size, written is { } time ? $"{told.Size:x}-{time.ToUnixTimeSeconds():x}" : null, written);
    }
}
