using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

/// <content>Copies within the cluster.</content>
public sealed partial class RbdDriver : IServerSideCopy
{
    /// <inheritdoc/>
    /// <remarks>Any other store of the same cluster whose pool this store's user can read.</remarks>
    public bool CanCopyFrom(StoreDriver source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.GetFeature<RbdDriver>() is { } other && IsOfCluster(other);
    }

    /// <inheritdoc/>
    /// <remarks>A clone that is filled with what it shares and then stands by itself: holes stay holes, and nothing is staged here.</remarks>
    public async ValueTask<StoredObject> CopyAsync(
        StoreDriver source, StoredObject image, ImageId id, WriteMode mode, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(image);
        var other = source.GetFeature<RbdDriver>()!;
        var location = LocationOf(id);
        await RequireSameAsync(other, image, cancellationToken).ConfigureAwait(false);
        var upload = await BeginCloneAsync(other, image, id, cancellationToken).ConfigureAwait(false);
        var writer = new RbdWriter(_store, id, new WriteIntent(mode, image.Size), location, upload);
        await using (writer.ConfigureAwait(false))
        {
            await _store.Connection.RunAsync($"Copying {image.Location}", _ => Fill(upload, cancellationToken), cancellationToken).ConfigureAwait(false);
            return await writer.CommitAsync(new WriteSummary(image.Size, new ChunkManifest([]), []), cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task RequireSameAsync(RbdDriver source, StoredObject image, CancellationToken cancellationToken)
    {
        if ((await source.FindAsync(image.Location, cancellationToken).ConfigureAwait(false))?.VersionTag != image.VersionTag)
        {
            throw new StoreException(StoreError.Changed, $"The image at {image.Location} was replaced before it was copied.");
        }
    }

    // A clone is made by name. It is of the image that was found where the name leads to that before and afterwards.
    private async Task<RbdUpload> BeginCloneAsync(RbdDriver source, StoredObject image, ImageId id, CancellationToken cancellationToken)
    {
        var upload = await _store.BeginAsync(id, session => BeginClone(session, source._store.Options, image, id), cancellationToken).ConfigureAwait(false);
        try
        {
            await RequireSameAsync(source, image, cancellationToken).ConfigureAwait(false);
            return upload;
        }
        catch
        {
            await _store.RemoveAsync(id, upload, null).ConfigureAwait(false);
            throw;
        }
    }

    private bool IsOfCluster(RbdDriver other)
    {
        try
        {
            return _store.Connection.Fsid == other._store.Connection.Fsid;
        }
        catch (StoreException)
        {
            return false;
        }
    }

    private RbdUpload BeginClone(RbdSession session, RbdDriverOptions from, StoredObject image, ImageId id)
    {
        try
        {
            using var pool = RadosPool.Open(session.Cluster, from.PoolParts.Name, from.PoolParts.Namespace);
            return RbdUpload.BeginClone(session, id, pool, RbdLocations.PlaceOf(image.Location), _store.Options.Order);
        }
        // Into another namespace, for one, a cluster clones only by the newer of its two formats.
        catch (CephException e) when (e.Errno is CephErrno.CrossDevice or CephErrno.NotPermitted or CephErrno.AccessDenied or CephErrno.Invalid or CephErrno.NotSupported)
        {
            throw new StoreException(StoreError.Unsupported, $"The cluster does not clone {image.Location} for this user.", e);
        }
    }

    private static bool Fill(RbdUpload upload, CancellationToken cancellationToken)
    {
        RbdMark.Clear(upload.Session.Pool, upload.Id); // a clone begins with all that is written on its image
        upload.Image.Flatten(cancellationToken);
        return true;
    }
}
