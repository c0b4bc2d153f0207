using GlanceStore.Drivers.Rbd.Native;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace GlanceStore.Drivers.Rbd;

/// <summary>Keeps images as block devices of a Ceph cluster, each with a protected snapshot, as OpenStack's compute service clones them.</summary>
public sealed partial class RbdDriver : StoreDriver
{
    // Half an object: the library copies what it is given, and of whole objects both copies took more memory than a put may.
    private const int ChunkBytes = 4 << 20;

    // The most objects that Ceph keeps a map of.
    private const long MostObjects = 256_000_000;

    private readonly RbdLocations _locations;
    private readonly RbdStore _store;
    private readonly RbdConnection? _own;
    private readonly string _pool;

    /// <summary>Makes a driver. Nothing is asked of the cluster yet, and Ceph's libraries are not loaded.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="logger">Where to log; null for nowhere.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="StoreException"><see cref="StoreError.InvalidConfiguration"/>: the options are wrong; every mistake is listed.</exception>
    public RbdDriver(RbdDriverOptions options, ILogger<RbdDriver>? logger = null, TimeProvider? time = null)
        : this(options, null, (ILogger?)logger ?? NullLogger.Instance, time ?? TimeProvider.System)
    {
    }

    // With a connection that others use too; one of its own where there is none.
    internal RbdDriver(RbdDriverOptions options, RbdConnection? shared, ILogger logger, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Mistakes() is { Count: > 0 } mistakes)
        {
            throw new StoreException(StoreError.InvalidConfiguration, $"The RBD store cannot be made: {string.Join("; ", mistakes)}.");
        }

        var connection = shared ?? (_own = new RbdConnection(options, logger, static () => CephLibraries.Missing, time));
        _pool = options.PoolParts.Name;
        _locations = new RbdLocations(() => connection.Fsid, options.Pool);
        _store = new RbdStore(options, connection, new RbdSnapshots(connection, time), time, logger);
        Info = new DriverInfo(RbdLocations.Scheme, [RbdLocations.Scheme], new DriverCapabilities
        {
            PreferredChunkBytes = ChunkBytes,
            MaxImageBytes = MostObjects << options.Order,
        });
    }

    /// <inheritdoc/>
    public override DriverInfo Info { get; }

    /// <inheritdoc/>
    /// <remarks>With the cluster's id, which its configuration file tells; where that does not, this waits for a monitor once.</remarks>
    /// <exception cref="StoreException">The cluster's id is not known and cannot be asked for.</exception>
    public override ImageLocation LocationOf(ImageId id) => _locations.Of(id);

    /// <inheritdoc/>
    public override ImageLocation ParseLocation(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return _locations.Parse(uri);
    }

    /// <inheritdoc/>
    public override async ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(location);
        using var lease = await _store.Snapshots.OpenAsync(location, _pool, cancellationToken).ConfigureAwait(false);
        return lease?.Snapshot.Describe(location);
    }

    /// <inheritdoc/>
    public override async ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(location);
        ArgumentNullException.ThrowIfNull(intent);
        var lease = await _store.Snapshots.OpenAsync(location, _pool, cancellationToken).ConfigureAwait(false)
            ?? throw new StoreException(StoreError.NotFound, $"There is no image at {location}.");
        try
        {
            var stored = lease.Snapshot.Describe(location);
            return intent.VersionTag is { } tag && tag != stored.VersionTag
                ? throw new StoreException(StoreError.Changed, $"The image at {location} was replaced while it was being read.")
                : new RbdReader(_store.Snapshots, lease, _pool, stored, intent.Range?.Within(stored.Size));
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(intent);
        var location = LocationOf(id);
        var upload = await _store.BeginAsync(
            id, session => RbdUpload.Begin(session, id, intent.Size ?? 0, _store.Options.Order), cancellationToken).ConfigureAwait(false);
        return new RbdWriter(_store, id, intent, location, upload);
    }

    /// <inheritdoc/>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.InUse"/>: somebody has the image open, or clones or snapshots of others hang on it; it is untouched.
    /// </exception>
    public override async ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(location);
        var place = RbdLocations.PlaceOf(location);
        return await _store.Connection.RunAsync($"Deleting {location}", session =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new RbdRemoval(session, _store.Time, _store.Logger).Remove(place.Image, place.Snapshot, intent);
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits for what was given up and is still being removed: whoever gives an upload up waits for a moment only.</summary>
    internal Task SettledAsync() => _store.SettledAsync();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _store.SettledInTimeAsync().ConfigureAwait(false);
        _store.Snapshots.Dispose();
        if (_own is not null)
        {
            await _own.DisposeAsync().ConfigureAwait(false);
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }
}
