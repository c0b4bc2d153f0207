namespace GlanceStore.Cli;

/// <summary>Opens what <c>put</c> stores.</summary>
internal static class SourceFile
{
    /// <exception cref="UsageException">It is not a file that can be read.</exception>
    public static Stream Open(string path)
    {
        if (path == StandardStreams.Name)
        {
            return StandardStreams.OpenInput();
        }

        if (Directory.Exists(path))
        {
            throw new UsageException($"'{path}' is a directory; only a file can be stored.");
        }

        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"The source '{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The size of a source in bytes, or null where it is not known; devices and files of /proc say 0 and are longer.</summary>
    public static long? SizeOf(Stream source) => source.CanSeek && source.Length > 0 ? source.Length : null;
}
