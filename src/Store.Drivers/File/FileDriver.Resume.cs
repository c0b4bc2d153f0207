namespace GlanceStore.Drivers.File;

public sealed partial class FileDriver
{
    /// <inheritdoc/>
    /// <remarks>The token is the name of the part. One that another process is still writing to is in use for the moment.</remarks>
    public ValueTask<DriverWriter> ReopenWriteAsync(ImageId id, WriteIntent intent, string token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(intent);
        ArgumentNullException.ThrowIfNull(token);
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var root in Directories.Roots)
        {
            if (NamedPart.TryReopen(Host, root.RealPath, token, intent.StaysOpen) is { } part)
            {
                return ValueTask.FromResult<DriverWriter>(new FileWriter(this, id.Value, root, intent.Mode, part));
            }
        }

        throw new StoreException(StoreError.NotFound, $"The part of {id} that the upload was written to is not there.");
    }
}
