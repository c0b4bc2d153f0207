using System.Collections.Concurrent;
using GlanceStore.Drivers.Shared;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace GlanceStore.Drivers.Swift;

/// <summary>Keeps images in containers of OpenStack Swift, or of Ceph's dialect of it: an object each, or segments and a manifest.</summary>
public sealed partial class SwiftDriver : StoreDriver
{
    private const long PreferredSegmentBytes = 6 << 20; // three of a read fit into the default memory, of 8 MiB two
    private const long MaxSegmentBytes = 5L << 30;

    private readonly SwiftDriverOptions _options;
    private readonly SwiftReferences _references;
    private readonly SwiftLocations _locations;
    private readonly HttpClient _connections;
    private readonly Keystone _keystone;
    private readonly Func<CancellationToken, Task<SwiftToken>>? _caller;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, SwiftAccount> _accounts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _containers = new(StringComparer.Ordinal);

    /// <summary>Makes a driver. Nothing is asked of the server yet.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="logger">Where to log; null for nowhere.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="StoreException"><see cref="StoreError.InvalidConfiguration"/>: the options are wrong; every mistake is listed.</exception>
    public SwiftDriver(SwiftDriverOptions options, ILogger<SwiftDriver>? logger = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Mistakes() is { Count: > 0 } mistakes)
        {
            throw new StoreException(StoreError.InvalidConfiguration, $"The Swift store cannot be made: {string.Join("; ", mistakes)}.");
        }

        _options = options;
        _logger = (ILogger?)logger ?? NullLogger.Instance;
        _time = time ?? TimeProvider.System;
        _references = options.References();
        _locations = new SwiftLocations(options, _references, null);
        _connections = ServerConnections.Open(options.ConnectTimeout, options.CaBundle, options.CheckCertificate);
        _keystone = new Keystone(_connections, options, _time);
        Info = new DriverInfo("swift", SwiftLocations.Schemes, CapabilitiesOf(options));
    }

    // For one caller of many tenants: over the connections of the driver that was asked to bind.
    private SwiftDriver(SwiftDriver unbound, string account, Func<CancellationToken, Task<SwiftToken>> caller)
    {
        (_options, _references, _logger, _time) = (unbound._options, unbound._references, unbound._logger, unbound._time);
        (_connections, _keystone) = (unbound._connections, unbound._keystone);
        _locations = new SwiftLocations(_options, _references, account);
        _caller = caller;
        Info = unbound.Info;
    }

    /// <inheritdoc/>
    public override DriverInfo Info { get; }

    /// <inheritdoc/>
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
        var place = _locations.PlaceOf(location);
        var objects = AccountOf(place).Objects;
        if (await objects.FindAsync(place.Container, place.Id, cancellationToken).ConfigureAwait(false) is { } found)
        {
            return found.Describe(location);
        }

        await RequireContainerAsync(objects, place.Container, cancellationToken).ConfigureAwait(false);
        return null;
    }

    /// <inheritdoc/>
    public override ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        var place = _locations.PlaceOf(location);
        return AccountOf(place).Objects.OpenAsync(place.Container, place.Id, location, intent, cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken)
    {
        var location = LocationOf(id);
        var place = _locations.PlaceOf(location);
        var account = AccountOf(place);
        return new SwiftWriter(account, place, SwiftSegments.New(place.Id), location, intent, _options, _time, _logger);
    }

    /// <inheritdoc/>
    public override async ValueTask<StoredObject> WriteWholeAsync(
        ImageId id, WriteIntent intent, Chunk image, WriteSummary summary, CancellationToken cancellationToken)
    {
        var location = LocationOf(id);
        var place = _locations.PlaceOf(location);
        var objects = AccountOf(place).Objects;
        try
        {
            return await WriteWholeAsync(objects, place, location, intent.Mode, image, cancellationToken).ConfigureAwait(false);
        }
        catch when (_options.MultiTenant)
        {
            await new SwiftCreation(objects, _logger).RemoveEmptyAsync(place.Container, _time).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        foreach (var account in _accounts.Values)
        {
            account.Dispose();
        }

        if (_caller is null)
        {
            _connections.Dispose();
        }

        return base.DisposeAsync();
    }

    private static DriverCapabilities CapabilitiesOf(SwiftDriverOptions options) => new()
    {
        MaxParallelChunks = options.MaxParallelSegments,
        PreferredChunkBytes = PreferredSegmentBytes,
        MaxChunkBytes = MaxSegmentBytes,
        MaxChunks = options.MaxSegments,
        ChunkDigest = "md5",
    };

    private async Task<StoredObject> WriteWholeAsync(
        SwiftObjects objects, SwiftPlace place, ImageLocation location, WriteMode mode, Chunk image, CancellationToken cancellationToken)
    {
        var creation = new SwiftCreation(objects, _logger);
        var md5 = Convert.ToHexStringLower(image.Digest.Span);
        SwiftObject? replaced = null;
        var put = await creation.PublishAsync(place, mode, condition => objects.PutAsync(place.Container, place.Id, "", image.Bytes,
            [("ETag", md5), ("Content-Type", "application/octet-stream"), .. condition], cancellationToken), old => replaced = old, cancellationToken)
            .ConfigureAwait(false);
        if (replaced is not null)
        {
            await creation.RemoveReplacedAsync(replaced).ConfigureAwait(false);
        }

        return new StoredObject(location, image.Length, put.ETag ?? md5, put.LastModified) { Digest = new Digest("md5", md5) };
    }

    private SwiftAccount AccountOf(SwiftPlace place) => _accounts.GetOrAdd(place.Account, name =>
    {
        if (_options.MultiTenant)
        {
            return new SwiftAccount(_connections, _caller ?? throw Unbound(), _time, makesContainers: true, name);
        }

        var identity = _references[name]!;
        return new SwiftAccount(_connections, identity.Version == SwiftAuthVersion.TempAuth
            ? new TempAuth(_connections, _options, identity, _time).LogInAsync
            : token => _keystone.LogInAsync(identity, token), _time, _options.CreateContainer);
    });

    private static StoreException Unbound() => new(StoreError.NotAuthenticated,
        "The store has many tenants, and no caller is bound; bind one (ICallerBinding) and use the driver that gives.");

    // An image that is not found in a container that is not there is no fact about the image, unless containers come and go with images.
    private async ValueTask RequireContainerAsync(SwiftObjects objects, string container, CancellationToken cancellationToken)
    {
        if (_options.MultiTenant || _options.CreateContainer || _options.ContainersSeed > 0 || _containers.ContainsKey(container))
        {
            return;
        }

        if (!await objects.HasContainerAsync(container, cancellationToken).ConfigureAwait(false))
        {
            throw new StoreException(StoreError.InvalidConfiguration, $"There is no container '{container}'; make it, or set CreateContainer.");
        }

        _containers[container] = true;
    }
}
