namespace GlanceStore.Cli;

/// <summary>A file that appears under its name when it is complete, or not at all.</summary>
internal sealed class OutputFile : IAsyncDisposable
{
    private readonly string? _temporary;
    private readonly string _path;

    private OutputFile(string path, string? temporary)
    {
        (_path, _temporary) = (path, temporary);
        Stream = new FileStream(temporary ?? path, temporary is null ? FileMode.Open : FileMode.CreateNew, FileAccess.Write, FileShare.Read, 0);
    }

    public Stream Stream { get; }

    /// <exception cref="UsageException">No file can be made there.</exception>
    public static OutputFile Create(string path)
    {
        try
        {
            var target = TargetOf(path);
            var directory = Path.GetDirectoryName(target)!;
            return IsDevice(target)
                ? new OutputFile(target, null)
                : new OutputFile(target, Path.Combine(directory, $".glance-store-{Guid.NewGuid():N}.tmp"));
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"The output file '{path}' cannot be written: {e.Message}", e);
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
        if (_temporary is not null)
        {
            File.Delete(_temporary);
        }
    }

    private static string TargetOf(string path)
    {
        var target = Path.GetFullPath(path);
        if (Directory.Exists(target) || Path.EndsInDirectorySeparator(path))
        {
            throw new UsageException($"The output '{path}' is a directory; name a file in it.");
        }

        // The file behind a link is replaced, not the link.
        return IsDevice(target) || new FileInfo(target).LinkTarget is null
            ? target
            : File.ResolveLinkTarget(target, returnFinalTarget: true)!.FullName;
    }

    // Nothing may take the name of /dev/null or of a pipe handed over by the shell: these are written to as they are.
    private static bool IsDevice(string path) =>
        (path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/dev/shm/", StringComparison.Ordinal))
        || path.StartsWith("/proc/", StringComparison.Ordinal);
}
