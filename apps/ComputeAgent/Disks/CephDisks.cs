using GlanceStore.ComputeAgent.Http;
using GlanceStore.ComputeAgent.Images;
using GlanceStore.ComputeAgent.Sources;
using GlanceStore.Drivers.Rbd;

namespace GlanceStore.ComputeAgent.Disks;

/// <summary>Disks within a Ceph cluster, in one pool of it: clones of images that are in the cluster already, of which nothing passes through this host.</summary>
internal sealed class CephDisks(AgentOptions options, ImageStores stores, TimeProvider time, ILogger<RbdDriver> logger) : IAsyncDisposable
{
    private readonly CephOptions _options = options.Ceph;
    private readonly RbdDriver? _driver = options.Ceph.ToDriver() is { } disks ? new RbdDriver(disks, logger, time) : null;

    /// <summary>Where a guest's machine finds a disk, as QEMU takes it.</summary>
    public string UriOf(string disk) => $"rbd:{_options.Pool}/{disk}";

    /// <summary>Refuses what this agent clones in no case.</summary>
    /// <exception cref="AgentException">It has no pool for disks, or the image is one whose bytes have to be read before they are used.</exception>
    public void Require(AgentImage image)
    {
        _ = Driver;
        if (image.Record.Origin.Signature is not null || options.Signatures.Require)
        {
            throw AgentException.NotSupported($"The image {image.Id} has a signature, or must have one, and a clone within Ceph is read by nobody who could verify it: make another kind of disk.");
        }
    }

    /// <summary>Makes a disk; one that is there already is the one that an earlier request made.</summary>
    /// <param name="disk">Its record; its id is its name in the pool.</param>
    /// <param name="image">The image.</param>
    /// <param name="found">What the image was found to be.</param>
    /// <param name="cancellationToken">Ends it before it is begun.</param>
    public async Task CloneAsync(DiskRecord disk, AgentImage image, FoundImage found, CancellationToken cancellationToken)
    {
        if (DiskFormats.OfQemu(found.Format) != "raw")
        {
            throw AgentException.NotSupported($"The image {image.Id} is stored as {found.Format}, and a clone within Ceph is the image as it is stored, which is a guest's disk only where it is raw.");
        }

        foreach (var (store, location) in PlacesOf(image))
        {
            if (await store.FindAsync(location, cancellationToken) is not { } stored)
            {
                continue;
            }

            // Not given up half way: whether it has its name then would have to be found out.
            await Driver.CloneDiskAsync(store.GetFeature<RbdDriver>()!, RequireSize(stored, image), Of(disk), CancellationToken.None);
            return;
        }

        throw AgentException.NotSupported($"The image {image.Id} is in no store of the cluster that the pool '{_options.Pool}' is in, so there is nothing to clone there: copy it into one, or make another kind of disk.");
    }

    /// <summary>Removes a disk; false where something else has its name by now, which is left alone.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.InUse"/>: a guest has it open.</exception>
    public async Task<bool> RemoveAsync(DiskRecord disk)
    {
        try
        {
            await Driver.DeleteDiskAsync(Of(disk), CancellationToken.None);
            return true;
        }
        catch (StoreException e) when (e.Error == StoreError.Changed)
        {
            return false;
        }
    }

    public ValueTask DisposeAsync() => _driver?.DisposeAsync() ?? ValueTask.CompletedTask;

    private RbdDriver Driver => _driver
        ?? throw AgentException.NotSupported("This agent makes no disks within a Ceph cluster: set ComputeAgent:Ceph:Pool to the pool that they shall be in.");

    private IEnumerable<(IImageStore Store, ImageLocation Location)> PlacesOf(AgentImage image)
    {
        foreach (var location in image.Source.Locations)
        {
            if (TryResolve(location) is { } found && found.Store.GetFeature<RbdDriver>() is { } driver && Driver.CanCopyFrom(driver))
            {
                yield return (found.Store, found.Location);
            }
        }
    }

    // A place in a store that this agent has not.
    private ResolvedLocation? TryResolve(ImageLocation location)
    {
        try
        {
            return stores.Resolve(location);
        }
        catch (StoreException)
        {
            return null;
        }
    }

    private static RbdDisk Of(DiskRecord disk) => new(new ImageId(disk.Id), disk.Owner!) { SizeBytes = disk.Size };

    private static StoredObject RequireSize(StoredObject stored, AgentImage image) => stored.Size == image.Source.Size ? stored : throw new StoreException(
        StoreError.Corrupted, $"The image {image.Id} has {image.Source.Size} bytes, and at {stored.Location} are {stored.Size}: it was cut, extended or replaced.");
}
