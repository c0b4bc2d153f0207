using GlanceStore.Drivers.Shared;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace GlanceStore.Drivers.Azure;

/// <summary>Keeps images in a container of Azure Blob Storage, one block blob each.</summary>
public sealed partial class AzureDriver : StoreDriver
{
    // Longer than 4 MiB, from where on the service writes blocks faster; short enough that the default memory holds four on their way and two
    // more of a put, and three of a read.
    private const long PreferredBlockBytes = 6 << 20;
    private const long MaxBlockBytes = 4000L << 20; // from version 2019-12-12 of the service on
    private const int MaxBlocks = 50_000;

    private readonly AzureDriverOptions _options;
    private readonly AzureLocations _locations;
    private readonly HttpClient _connections;
    private readonly AzureAccount _account;
    private readonly AzureContainer _container;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;

    /// <summary>Makes a driver. Nothing is asked of the service yet.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="logger">Where to log; null for nowhere.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="StoreException"><see cref="StoreError.InvalidConfiguration"/>: the options are wrong; every mistake is listed.</exception>
    public AzureDriver(AzureDriverOptions options, ILogger<AzureDriver>? logger = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Mistakes() is { Count: > 0 } mistakes)
        {
            throw new StoreException(StoreError.InvalidConfiguration, $"The Azure store cannot be made: {string.Join("; ", mistakes)}.");
        }

        _options = options;
        _logger = (ILogger?)logger ?? NullLogger.Instance;
        _time = time ?? TimeProvider.System;
        _locations = new AzureLocations(options.Place!, options.Container, options.Prefix);
        _connections = ServerConnections.Open(options.ConnectTimeout, options.CaBundle, options.CheckCertificate);
        _account = new AzureAccount(options, _connections);
        _container = new AzureContainer(_account, options, _locations);
        Info = new DriverInfo("azure", AzureLocations.Schemes, new DriverCapabilities
        {
            MaxParallelChunks = options.MaxParallelBlocks,
            PreferredChunkBytes = PreferredBlockBytes,
            MaxChunkBytes = MaxBlockBytes,
            MaxChunks = MaxBlocks,
            MaxImageBytes = MaxBlocks * MaxBlockBytes,
            ChunkDigest = AzureBlock.Digest,
        });
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
    public override ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken) =>
        _container.FindAsync(location, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken) =>
        _container.OpenReadAsync(location, intent, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken)
    {
        var location = LocationOf(id);
        var before = intent.Mode == WriteMode.Replace ? await _container.FindAsync(location, cancellationToken).ConfigureAwait(false) : null;
        return new AzureWriter(_container, location, Guid.NewGuid(), intent, before, _logger);
    }

    /// <inheritdoc/>
    public override async ValueTask<StoredObject> WriteWholeAsync(
        ImageId id, WriteIntent intent, Chunk image, WriteSummary summary, CancellationToken cancellationToken)
    {
        var location = LocationOf(id);
        try
        {
            return await _container.PutAsync(location, intent.Mode, image, summary, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Error == StoreError.AlreadyExists)
        {
            // Azurite takes the blocks of an unfinished upload for a blob here, but not where blocks are committed.
            if (await _container.FindAsync(location, cancellationToken).ConfigureAwait(false) is not null)
            {
                throw;
            }

            return await base.WriteWholeAsync(id, intent, image, summary, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    /// <remarks>The version is compared in the request (<c>If-Match</c>).</remarks>
    public override async ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(intent);
        return await _container.DeleteAsync(location, intent, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _connections.Dispose();
        return base.DisposeAsync();
    }
}
