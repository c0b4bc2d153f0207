namespace GlanceStore.Cli;

/// <summary>
/// A file that appears under its name when it is complete and on its disk, or not at all; a pipe or a device is written to as it is. What is there
/// of it when it is disposed incomplete goes, unless it is to be continued.
/// </summary>
internal sealed class OutputFile : IAsyncDisposable
{
    private readonly string? _temporary;
    private readonly string _path;
    private readonly FileStream _file;
    private bool _stays;

    private OutputFile(string path, string? temporary, FileStream file) =>
        (_path, _temporary, _file, Stream) = (path, temporary, file, temporary is null ? new InterruptibleStream(file) : new EarlyFlush(file));

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
    /// <exception cref="IOException">Its disk did not keep what is there of it, so that went.</exception>
    public static async Task<OutputFile> ContinueAsync(string path, CancellationToken cancellationToken)
    {
        const string Suffix = ".part";
        OutputFile output;
        try
        {
            var target = TargetOf(path);
            if (IsWrittenAsItIs(target) || UnixFile.IsSpecial(target + Suffix))
            {
                throw new UsageException($"The output '{path}' or its '{Suffix}' is no file, so nothing of it could be kept.");
            }

            output = Beside(target, target + Suffix, Kept);
            output._stays = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw NotWritable(path, Path.GetFileName(path) + Suffix, e);
        }

        await output.FlushKeptAsync(cancellationToken);
        return output;
    }

    /// <summary>Runs what writes it, and where that fails or is cancelled, says what stays of it.</summary>
    /// <exception cref="UnfinishedException">Something does.</exception>
    public async Task FillAsync(Func<Task> fill)
    {
        try
        {
            await fill();
        }
        catch (Exception e) when (_stays)
        {
            throw new UnfinishedException($"What was fetched is kept as '{_temporary}': the same get --resume goes on with it.", e);
        }
        catch (OperationCanceledException e) when (_temporary is null)
        {
            throw new UnfinishedException($"What was written to '{_path}' until then is there, and is not the whole image.", e);
        }
    }

    /// <summary>Makes sure that all of it is on its disk, and then gives the file its name.</summary>
    /// <exception cref="IOException">It could not be written to its disk, and has no name; or the name is not on its disk.</exception>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        var kept = _temporary is null ? null : ReplacedFile.PassOn(_path, _file.SafeFileHandle);
        await FlushAsync(cancellationToken);
        await Stream.DisposeAsync();
        if (_temporary is not null)
        {
            File.Move(_temporary, _path, overwrite: true);
            _stays = false;
            DiskFlush.OfDirectory(_path);
        }

        if (kept is not null)
        {
            StandardStreams.Tell(kept);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        if (_temporary is not null && !_stays)
        {
            File.Delete(_temporary);
        }
    }

    private static FileStreamOptions New =>
        new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };

    private static FileStreamOptions Kept =>
        new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };

    // A disk that refused some of it says so once, and what is read back afterwards is what is in memory: nothing of it can be gone on with.
    private async Task FlushKeptAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FlushAsync(cancellationToken);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    // The call takes as long as the disk does.
    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Interruptible.RunAsync(
                () =>
                {
                    DiskFlush.Of(_file.SafeFileHandle, _path);
                    return true;
                },
                cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _stays = false;
            throw new IOException($"The output file {e.Message}", e);
        }
    }

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
        return new OutputFile(target, null, await Interruptible.OpenAsync(target, options, cancellationToken));
    }

    // What takes the place of a file may be read by whom the file could be read by, and by nobody else at any moment: until it is
    // complete, by its owner alone.
    private static OutputFile Beside(string target, string temporary, FileStreamOptions options)
    {
        if (ReplacedFile.ObstacleTo(target) is { } obstacle)
        {
            throw new UsageException($"The output file '{target}' cannot be written: {obstacle}. Name another file, or send stdout (-o -) into it.");
        }

        if (!OperatingSystem.IsWindows() && File.Exists(target))
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new OutputFile(target, temporary, new FileStream(temporary, options));
    }

    // Nothing may take the name of a pipe, of /dev/null or of a file handed over by the shell, whose name is /dev/stdout or /dev/fd/3.
    private static bool IsWrittenAsItIs(string path) =>
        (path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/dev/shm/", StringComparison.Ordinal))
        || path.StartsWith("/proc/", StringComparison.Ordinal)
        || UnixFile.IsSpecial(path);
}
