namespace GlanceStore.Drivers.Rbd;

/// <content>Disks of guests, made of images within the cluster.</content>
public sealed partial class RbdDriver
{
    /// <summary>
    /// Makes a disk for a guest in this store's pool: a clone within the cluster, which shares with the image what the guest has not written.
    /// </summary>
    /// <remarks>
    /// It appears whole, and is no image of this store. A call that is repeated finds the disk that it made. As long as the disk shares with the image,
    /// the image cannot be deleted (<see cref="StoreError.InUse"/>); <c>rbd flatten</c> parts them. Nobody reads the image: what the cluster has is what
    /// the guest gets.
    /// </remarks>
    /// <param name="source">The driver of the image, perhaps wrapped; this one, or one of another pool of the cluster that this store's user can read.</param>
    /// <param name="image">The image, as that driver found it.</param>
    /// <param name="disk">What to make.</param>
    /// <param name="cancellationToken">Ends it; what was begun is removed, unless it has the disk's name by then.</param>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.Unsupported"/>: the image is not in this store's cluster, or the cluster does not clone it for this user.
    /// <see cref="StoreError.Changed"/>: the image is not the one that was found. <see cref="StoreError.AlreadyExists"/>: the name is another's, or of
    /// a disk of another image or size. <see cref="StoreError.InvalidLocation"/>: the name is one that only uploads have.
    /// </exception>
    public async ValueTask CloneDiskAsync(StoreDriver source, StoredObject image, RbdDisk disk, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(disk);
        ArgumentException.ThrowIfNullOrEmpty(disk.Owner, nameof(disk));
        ArgumentOutOfRangeException.ThrowIfLessThan(disk.SizeBytes ?? image.Size, image.Size, nameof(disk));
        RbdLocations.NameOf(disk.Name);
        var other = source.GetFeature<RbdDriver>() is { } rbd && IsOfCluster(rbd) ? rbd : throw new StoreException(
            StoreError.Unsupported, $"The image at {image.Location} is not in the cluster of the pool '{_store.Options.Pool}', and a disk is cloned within one cluster.");
        await RequireSameAsync(other, image, cancellationToken).ConfigureAwait(false);
        if (await HasDiskAsync(image, disk, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        var upload = await BeginCloneAsync(other, image, disk.Name, cancellationToken).ConfigureAwait(false);
        try
        {
            await NameDiskAsync(upload, image, disk, cancellationToken).ConfigureAwait(false);
        }
        // Another call was first, which may have been one for the same disk.
        catch (StoreException e) when (e.Error == StoreError.AlreadyExists)
        {
            if (!await HasDiskAsync(image, disk, cancellationToken).ConfigureAwait(false))
            {
                throw;
            }
        }
    }

    /// <summary>
    /// Makes sure that a disk which <see cref="CloneDiskAsync"/> made is gone, with what killed calls have left that were to make or to remove it; false
    /// where it was not there.
    /// </summary>
    /// <param name="disk">The disk; its size makes no difference.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.InUse"/>: somebody has it open, or snapshots or clones hang on it, and it is untouched; or another call is making or removing
    /// it, or was killed less than 30 seconds ago. <see cref="StoreError.Changed"/>: what has the name was not made by <see cref="CloneDiskAsync"/> for this
    /// owner, and is left alone.
    /// </exception>
    public async ValueTask<bool> DeleteDiskAsync(RbdDisk disk, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(disk);
        return await _store.Connection.RunAsync($"Deleting the disk {disk.Name}", session =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new RbdDisks(session, _store).Remove(disk);
        }, cancellationToken).ConfigureAwait(false);
    }

    private Task<bool> HasDiskAsync(StoredObject image, RbdDisk disk, CancellationToken cancellationToken) =>
        _store.Connection.RunAsync($"Looking at the disk {disk.Name}", session => new RbdDisks(session, _store).Has(disk, image), cancellationToken);

    private async Task NameDiskAsync(RbdUpload upload, StoredObject image, RbdDisk disk, CancellationToken cancellationToken)
    {
        var mark = RbdDisks.MarkOf(upload.Id, image, disk);
        var naming = RbdThread.RunAsync(() => new RbdPublication(upload, disk.Name, WriteMode.CreateNew, _store.Time, _store.Logger)
            .PublishDisk(disk.SizeBytes ?? image.Size, mark, cancellationToken));
        try
        {
            await _store.Connection.GuardAsync($"Making the disk {disk.Name}", upload.Session, NamedAsync(naming, cancellationToken)).ConfigureAwait(false);
            await upload.CloseAsync().ConfigureAwait(false);
        }
        catch
        {
            await _store.RemoveAsync(disk.Name, upload, naming).ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<bool> NamedAsync(Task naming, CancellationToken cancellationToken)
    {
        await naming.WaitAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }
}
