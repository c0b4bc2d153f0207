namespace GlanceStore.Drivers.File;

/// <content>Copies within the file systems of this host.</content>
public sealed partial class FileDriver : IServerSideCopy
{
    /// <inheritdoc/>
    /// <remarks>Any other file store of this host, on Linux. Not for a thin store: the copy would have its holes filled.</remarks>
    public bool CanCopyFrom(StoreDriver source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Host.CopiesRanges && !Options.ThinProvisioning && source.GetFeature<FileDriver>() is not null;
    }

    /// <inheritdoc/>
    /// <remarks>By <c>copy_file_range</c>: where the file system shares blocks (XFS, Btrfs) nothing is copied, elsewhere the kernel does it.</remarks>
    public async ValueTask<StoredObject> CopyAsync(
        StoreDriver source, StoredObject image, ImageId id, WriteMode mode, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(image);
        var other = source.GetFeature<FileDriver>()!;
        var path = other.Directories.Resolve(image.Location.Uri);
        using var handle = other.Host.OpenRead(path, other.Directories) ?? throw FileErrors.NotFound(image.Location);
        if (other.Host.StatusOf(handle, path).VersionTag != image.VersionTag)
        {
            throw new StoreException(StoreError.Changed, $"The image at {image.Location} was replaced before it was copied.");
        }

        var writer = OpenFile(id, new WriteIntent(mode, image.Size), cancellationToken);
        await using (writer.ConfigureAwait(false))
        {
            await writer.CopyFromAsync(handle, image.Size, cancellationToken).ConfigureAwait(false);
            return await writer.CommitAsync(new WriteSummary(image.Size, new ChunkManifest([]), []), cancellationToken).ConfigureAwait(false);
        }
    }
}
