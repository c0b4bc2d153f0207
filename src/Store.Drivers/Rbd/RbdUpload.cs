using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

/// <summary>
/// The block device that an image is written into: in the trash, under a name that leads to no image, until it is published by being
/// restored from there under the image's name. Every method that is not asynchronous blocks until the cluster has answered.
/// </summary>
internal sealed class RbdUpload(RbdSession session, string id, RbdImage image) : IDisposable
{
    // A day, before which `rbd trash purge` leaves an upload alone; a sweep decides by itself.
    private static readonly TimeSpan KeptInTrash = TimeSpan.FromDays(1);

    public RbdSession Session => session;

    /// <summary>The id of the block device, which stays.</summary>
    public string Id => id;

    public RbdImage Image => image;

    /// <summary>Makes one of so many bytes.</summary>
    public static RbdUpload Begin(RbdSession session, ImageId image, long size, int order) =>
        Begin(session, image, name => session.Pool.CreateImage(name, size, session.Features, order));

    /// <summary>Makes one that shares what another image holds, until it is flattened.</summary>
    public static RbdUpload BeginClone(RbdSession session, ImageId image, RadosPool from, RbdPlace place, int order) =>
        Begin(session, image, name => session.Pool.CloneImage(from, place.Image, place.Snapshot, name, session.Features, order));

    /// <summary>Opens one again; null where there is none of the id in the trash that is one of the image.</summary>
    public static RbdUpload? TryReopen(RbdSession session, ImageId image, string id)
    {
        if (session.Pool.FindTrashed(id) is not { } trashed || RbdLocations.ImageOfUpload(trashed.Name) != image.Value)
        {
            return null;
        }

        try
        {
            return new RbdUpload(session, id, RbdImage.Open(session.Pool, id));
        }
        catch (CephException e) when (e.Errno == CephErrno.NotFound)
        {
            return null;
        }
    }

    public void Dispose() => image.Dispose();

    /// <summary>Closes it, which takes until the last write has ended: until then it is in use.</summary>
    public async Task CloseAsync()
    {
        await RbdThread.RunAsync(image.Dispose).ConfigureAwait(false);
        await image.Closed.ConfigureAwait(false);
    }

    private static RbdUpload Begin(RbdSession session, ImageId image, Action<string> make)
    {
        var pool = session.Pool;
        var name = RbdLocations.NewUploadName(image.Value);
        make(name);
        var id = pool.FindImageId(name) ?? throw new CephException(CephErrno.NotFound, "rados_read");
        try
        {
            pool.MoveToTrash(name, KeptInTrash);
            return new RbdUpload(session, id, RbdImage.Open(pool, id));
        }
        catch
        {
            RemoveUnused(pool, name, id);
            throw;
        }
    }

    // What failed is the error to report; a sweep finds what stays.
    private static void RemoveUnused(RadosPool pool, string name, string id)
    {
        try
        {
            _ = pool.RemoveFromTrash(id) || pool.RemoveImage(name);
        }
        catch (CephException)
        {
        }
    }
}
