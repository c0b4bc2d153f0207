namespace GlanceStore.Drivers.File;

public sealed partial class FileDriver
{
    /// <inheritdoc/>
    public override ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken) =>
        ValueTask.FromResult<DriverWriter>(OpenFile(id, intent, cancellationToken));

    // What cannot be begun in one directory, for whatever reason, is begun in the next.
    internal FileWriter OpenFile(ImageId id, WriteIntent intent, CancellationToken cancellationToken)
    {
        StoreException? first = null;
        foreach (var root in Directories.For(id.Value, intent))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return Begin(id, intent, root);
            }
            catch (StoreException e) when (Directories.Roots.Count > 1)
            {
                if (IsTiedTo(root, id, intent) && e.Error is not (StoreError.OutOfSpace or StoreError.TooLarge))
                {
                    throw;
                }

                first ??= e;
                FileLog.DirectoryPassedOver(Log, e, root.Path);
            }
        }

        throw first ?? new StoreException(StoreError.OutOfSpace, $"No directory of this store has {Math.Max(intent.Size ?? 0, 1)} bytes free.");
    }

    // An image cannot be taken away from where it is replaced if nothing can be written there; room is another matter.
    private bool IsTiedTo(FileRoot root, ImageId id, WriteIntent intent) => intent.Mode == WriteMode.Replace && Directories.Holds(root, id.Value);

    private FileWriter Begin(ImageId id, WriteIntent intent, FileRoot root)
    {
        Directories.Make(root);
        RequireLock(root);
        var part = intent.StaysOpen ? NamedPart.CreateToStay(Host, root.RealPath) : Host.CreatePart(root.RealPath);
        var writer = new FileWriter(this, id.Value, root, intent.Mode, part);
        try
        {
            RequireNaming(root, intent, part);
            writer.Reserve(intent.Size);
            return writer;
        }
        catch
        {
            part.Discard();
            throw;
        }
    }

    // Whether a name is free in all of several directories is decided under a lock; that there is none to have is found out before a byte is sent.
    private void RequireLock(FileRoot root)
    {
        if (Directories.Roots.Count > 1)
        {
            Host.TryLock(root.RealPath)?.Dispose();
        }
    }

    // A file system with files that have no name yet can name them by a link.
    private void RequireNaming(FileRoot root, WriteIntent intent, PartFile part)
    {
        if (part is NamedPart && intent.Mode == WriteMode.CreateNew && !root.NamesExactly)
        {
            Host.RequireNaming(root.RealPath);
            root.NamesExactly = true;
        }
    }
}
