namespace GlanceStore.Cli;

/// <summary>Opens what <c>put</c> stores.</summary>
internal static class SourceFile
{
    private static readonly FileStreamOptions Sequential = new()
    {
        Mode = FileMode.Open,
        Access = FileAccess.Read,
        Share = FileShare.Read,
        BufferSize = 0,
        Options = FileOptions.SequentialScan,
    };

    /// <exception cref="UsageException">It is not a file that can be read.</exception>
    public static async Task<Stream> OpenAsync(string path, CancellationToken cancellationToken)
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
            return await Interruptible.OpenAsync(path, Sequential, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"The source '{path}' cannot be read: {Texts.ReasonOf(e, path)}", e);
        }
    }

    /// <summary>The size of a source in bytes, or null where it is not known; devices and files of /proc say 0 and are longer.</summary>
    public static long? SizeOf(Stream source) => source.CanSeek && source.Length > 0 ? source.Length : null;

    /// <summary>Whether writing to that file would write over the source.</summary>
    public static bool IsIn(string path, string source) =>
        UnixFile.IsSame(source == StandardStreams.Name ? StandardStreams.InputPath : source, path);
}
