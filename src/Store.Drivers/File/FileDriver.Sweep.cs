namespace GlanceStore.Drivers.File;

public sealed partial class FileDriver
{
    /// <inheritdoc/>
    /// <remarks>An upload that is still alive holds a lock on its part, and is left alone however old it is.</remarks>
    public IAsyncEnumerable<Leftover> SweepAsync(DateTimeOffset before, SweepMode mode, CancellationToken cancellationToken) =>
        Sweep(before, mode, cancellationToken).ToAsyncEnumerable();

    private IEnumerable<Leftover> Sweep(DateTimeOffset before, SweepMode mode, CancellationToken cancellationToken)
    {
        foreach (var directory in Directories.Roots.Select(root => root.RealPath).Distinct())
        {
            foreach (var part in Parts(directory))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (TryTake(part, before, mode) is { } leftover)
                {
                    yield return leftover;
                }
            }
        }
    }

    private static FileInfo[] Parts(string directory)
    {
        try
        {
            // Hidden files are what is looked for, so none is skipped.
            return new DirectoryInfo(directory).GetFiles(FileLocation.PartPattern, new EnumerationOptions { AttributesToSkip = 0 });
        }
        catch (Exception e) when (FileErrors.From(e, $"list {directory}") is { } error)
        {
            throw error;
        }
    }

    private static Leftover? TryTake(FileInfo part, DateTimeOffset before, SweepMode mode)
    {
        try
        {
            if (!part.Exists || part.LinkTarget is not null || part.LastWriteTimeUtc >= before.UtcDateTime || IsAlive(part))
            {
                return null;
            }

            var leftover = new Leftover(part.FullName, part.Length, new DateTimeOffset(part.LastWriteTimeUtc));

            if (mode == SweepMode.Remove)
            {
                part.Delete();
            }

            return leftover;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (FileErrors.From(e, $"remove {part.FullName}") is { } error)
        {
            throw error;
        }
    }

    // Every writer holds a shared lock on its part, and this asks for an exclusive one.
    private static bool IsAlive(FileInfo part)
    {
        try
        {
            using var handle = System.IO.File.OpenHandle(part.FullName, System.IO.FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException e) when (e is not FileNotFoundException)
        {
            return true;
        }
    }
}
