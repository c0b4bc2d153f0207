namespace GlanceStore.Cli;

/// <summary>
/// A file that appears under its name when it is complete, or not at all; a pipe or a device is written to as it is. What is there of it when it
/// is disposed incomplete goes, unless it is to be continued.
/// </summary>
internal sealed class OutputFile : IAsyncDisposable
{
    private readonly string? _temporary;
    private readonly string _path;
    private bool Stays { get; init; }

    private OutputFile(string path, string? temporary, Stream stream) => (_path, _temporary, Stream) = (path, temporary, stream);

    public Stream Stream { get; }

    /// <exception cref="UsageException">No file can be made there.</exception>
    public static async Task<OutputFile> CreateAsync(string path, CancellationToken cancellationToken)
    {
        var name = $".glance-store-{Guid.NewGuid():N}.tmp";
        try
        {
            var target = TargetOf(path);
            return IsWrittenAsItIs(target)
                ? await OpenAsync(target, cancellationToken)
                : Beside(target, Path.Combine(Path.GetDirectoryName(target) ?? "", name), New);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw NotWritable(path, name, e);
        }
    }

    /// <summary>Goes on with <c>PATH.part</c>, or begins it; its stream can be read too. Nobody else can at the same time.</summary>
    /// <exception cref="UsageException">No file can be made there.</exception>
    public static OutputFile Continue(string path)
    {
        const string Suffix = ".part";
        try
        {
            var target = TargetOf(path);
            return IsWrittenAsItIs(target)
                ? throw new UsageException($"The output '{path}' is no file, so nothing of it could be kept.")
                : Beside(target, target + Suffix, Kept, stays: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw NotWritable(path, Path.GetFileName(path) + Suffix, e);
        }
    }

    /// <summary>Gives the file its name.</summary>
    public async Task CompleteAsync()
    {
        await Stream.DisposeAsync();
        if (_temporary is not null)
        {
            File.Move(_temporary, _path, overwrite: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        if (_temporary is not null && !Stays)
        {
            File.Delete(_temporary);
        }
    }

    private static FileStreamOptions New =>
        new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };

    private static FileStreamOptions Kept =>
        new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };

    // Nobody knows the name that it was to be written under at first.
    private static UsageException NotWritable(string path, string temporaryName, Exception e) => new(
        $"The output file '{path}' cannot be written: {Texts.ReasonOf(e, path).Replace(temporaryName, Path.GetFileName(path), StringComparison.Ordinal)}", e);

    private static string TargetOf(string path)
    {
        var target = Path.GetFullPath(path);
        if (Directory.Exists(target) || Path.EndsInDirectorySeparator(path))
        {
            throw new UsageException($"The output '{path}' is a directory; name a file in it.");
        }

        RequireName(target);

        // The file behind a link is replaced, not the link.
        return IsWrittenAsItIs(target) || new FileInfo(target).LinkTarget is null
            ? target
            : File.ResolveLinkTarget(target, returnFinalTarget: true)!.FullName;
    }

    // The name it is written under at first is a short one: that this one is too long would be found out when all is done.
    private static void RequireName(string target)
    {
        try
        {
            _ = File.GetAttributes(target);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // It is free.
        }
    }

    private static async Task<OutputFile> OpenAsync(string target, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
        var file = await InterruptibleOpen.OpenAsync(target, options, cancellationToken);
        return new OutputFile(target, null, new InterruptibleStream(file));
    }

    // What takes the place of a file may be read by whom the file could be read by, and by nobody else at any moment.
    private static OutputFile Beside(string target, string temporary, FileStreamOptions options, bool stays = false)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(target))
        {
            return new OutputFile(target, temporary, new FileStream(temporary, options)) { Stays = stays };
        }

        var mode = File.GetUnixFileMode(target);
        options.UnixCreateMode = mode;
        var file = new FileStream(temporary, options);

        // Again, because the process's mask was taken from the first.
        File.SetUnixFileMode(file.SafeFileHandle, mode);
        return new OutputFile(target, temporary, file) { Stays = stays };
    }

    // Nothing may take the name of a pipe, of /dev/null or of a file handed over by the shell, whose name is /dev/stdout or /dev/fd/3.
    private static bool IsWrittenAsItIs(string path) =>
        (path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/dev/shm/", StringComparison.Ordinal))
        || path.StartsWith("/proc/", StringComparison.Ordinal)
        || UnixFile.IsSpecial(path);
}
