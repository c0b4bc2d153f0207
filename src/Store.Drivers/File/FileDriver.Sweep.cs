namespace GlanceStore.Drivers.File;

public sealed partial class FileDriver
{
    /// <inheritdoc/>
    /// <remarks>
    /// An upload that is still alive holds a lock on its part, and is left alone however old it is. What cannot be looked at or removed
    /// does not end the sweep: all of it is told at the end, in one exception.
    /// </remarks>
    public IAsyncEnumerable<Leftover> SweepAsync(DateTimeOffset before, SweepMode mode, CancellationToken cancellationToken) =>
        Sweep(before, mode, cancellationToken).ToAsyncEnumerable();

    private IEnumerable<Leftover> Sweep(DateTimeOffset before, SweepMode mode, CancellationToken cancellationToken)
    {
        var failures = new List<StoreException>();
        foreach (var directory in Directories.Roots.Where(root => root.WasThere).Select(root => root.RealPath).Distinct())
        {
            foreach (var part in Parts(directory, failures))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (TryTake(part, before, mode, failures) is { } leftover)
                {
                    yield return leftover;
                }
            }
        }

        if (failures.Count > 0)
        {
            throw AllOf(failures);
        }
    }

    private static StoreException AllOf(List<StoreException> failures) => failures.Count == 1
        ? failures[0]
        : new StoreException(failures[0].Error, string.Join(' ', failures.Select(failure => failure.Message)), new AggregateException(failures))
        {
            IsTransient = failures.All(failure => failure.IsTransient),
        };

    private static FileInfo[] Parts(string directory, List<StoreException> failures)
    {
        try
        {
            // Hidden files are what is looked for, so none is skipped.
            return new DirectoryInfo(directory).GetFiles(FileLocation.PartPattern, new EnumerationOptions { AttributesToSkip = 0 });
        }
        catch (Exception e) when (FileErrors.From(e, $"list {directory}") is { } error)
        {
            failures.Add(error);
            return [];
        }
    }

    private Leftover? TryTake(FileInfo part, DateTimeOffset before, SweepMode mode, List<StoreException> failures)
    {
        try
        {
            if (!part.Exists || part.LinkTarget is not null || part.LastWriteTimeUtc >= before.UtcDateTime || Host.IsHeld(part.FullName))
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
        catch (StoreException e)
        {
            failures.Add(e);
            return null;
        }
        catch (Exception e) when (FileErrors.From(e, $"remove {part.FullName}") is { } error)
        {
            failures.Add(error);
            return null;
        }
    }
}
