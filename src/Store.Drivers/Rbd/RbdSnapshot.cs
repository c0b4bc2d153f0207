using System.Globalization;
using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

/// <summary>An image that is open to read at its snapshot, for any number of readers.</summary>
internal sealed class RbdSnapshot : IDisposable
{
    // Below this to ask for the holes costs more than to read them.
    private const long LeastBytesWithHoles = 32 << 20;

    private readonly RbdImage _image;
    private readonly ulong _snapshotId;
    private readonly Lock _lock = new();
    private Task<IReadOnlyList<RbdExtent>?>? _extents;

    private RbdSnapshot(RbdSession session, RbdPlace place, RbdImage image)
    {
        (Session, Place, _image) = (session, place, image);
        _snapshotId = image.SnapshotId(place.Snapshot);
        Size = image.Size;
        VersionTag = TagOf(image.Id, _snapshotId);
        CreatedAt = image.SnapshotTime(_snapshotId);
    }

    public RbdSession Session { get; }

    public RbdPlace Place { get; }

    public string ImageId => _image.Id;

    public long Size { get; }

    public string VersionTag { get; }

    public DateTimeOffset CreatedAt { get; }

    /// <summary>How many use it; kept by whoever opened it.</summary>
    public int Users { get; set; }

    /// <summary>When it was last used; kept by whoever opened it.</summary>
    public long LastUsed { get; set; }

    /// <summary>The version tag of an image: an image of the same name that is stored anew has another id, and a new snapshot one too.</summary>
    public static string TagOf(string imageId, ulong snapshotId) => string.Create(CultureInfo.InvariantCulture, $"{imageId}-{snapshotId:x}");

    /// <summary>Opens an image at its snapshot and blocks until it is open; null where either is not there.</summary>
    public static RbdSnapshot? TryOpen(RbdSession session, RbdPlace place, string imageId)
    {
        RbdImage? image = null;
        try
        {
            image = RbdImage.OpenReadOnly(session.Pool, imageId, place.Snapshot);
            return new RbdSnapshot(session, place, image);
        }
        catch (CephException e)
        {
            image?.Dispose();
            if (e.Errno == CephErrno.NotFound)
            {
                return null;
            }

            throw;
        }
    }

    /// <summary>Whether it is still there. Whoever removes an image removes its snapshot before the first of its bytes.</summary>
    public Task<bool> IsThereAsync() => Session.Pool.HasSnapshotAsync(_image.Id, _snapshotId);

    public Task<long> ReadAsync(long offset, NativeBuffer buffer, int count) => _image.ReadAsync(offset, buffer, count);

    /// <summary>
    /// The stretches that are no holes, in order; the whole where the image does not tell, and null where it was removed before it told. They are
    /// asked for once, and again where that failed.
    /// </summary>
    public Task<IReadOnlyList<RbdExtent>?> ExtentsAsync()
    {
        lock (_lock)
        {
            return _extents = _extents is null or { IsFaulted: true } ? FindExtentsAsync() : _extents;
        }
    }

    public StoredObject Describe(ImageLocation location) => new(location, Size, VersionTag, CreatedAt);

    public void Dispose() => _image.Dispose();

    // Of an image that is being removed the map is gone first, and all that is not found then looks like a hole.
    private async Task<IReadOnlyList<RbdExtent>?> FindExtentsAsync()
    {
        if (Size < LeastBytesWithHoles)
        {
            return [new RbdExtent(0, Size)];
        }

        var extents = await RbdThread.RunAsync(() => _image.KnowsHoles ? _image.ListExtents() : [new RbdExtent(0, Size)]).ConfigureAwait(false);
        return await IsThereAsync().ConfigureAwait(false) ? extents : null;
    }
}
