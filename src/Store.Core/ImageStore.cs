using GlanceStore.Diagnostics;
using GlanceStore.Drivers;
using GlanceStore.Resilience;
using GlanceStore.Routing;
using GlanceStore.Transfer;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace GlanceStore;

/// <summary>
/// A driver with everything a caller relies on: chunks, counting, digests, retries, verification, one memory bound and telemetry. This is
/// the only place with policy; a driver has none.
/// </summary>
public sealed partial class ImageStore : IImageStore, IAsyncDisposable, IDisposable
{
    /// <summary>Puts the front before a driver, which it owns from now on.</summary>
    /// <param name="id">The store's id: what receipts and locations name it by.</param>
    /// <param name="driver">The backend.</param>
    /// <param name="options">How to treat it; null for the defaults.</param>
    /// <param name="budget">The memory to share; null for <see cref="TransferBudget.Shared"/>.</param>
    /// <param name="logger">Where to log; null for nowhere.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="StoreException"><see cref="StoreError.InvalidConfiguration"/>: the options are wrong; every mistake is listed.</exception>
    public ImageStore(string id, StoreDriver driver, ImageStoreOptions? options = null, TransferBudget? budget = null,
        ILogger<ImageStore>? logger = null, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        ArgumentNullException.ThrowIfNull(driver);
        options ??= new ImageStoreOptions();
        if (options.Mistakes().ToArray() is { Length: > 0 } mistakes)
        {
            throw new StoreException(StoreError.InvalidConfiguration, $"The store '{id}' cannot be made: {string.Join("; ", mistakes)}.");
        }

        budget ??= TransferBudget.Shared;
        time ??= TimeProvider.System;
        var telemetry = new StoreTelemetry(id, (ILogger?)logger ?? NullLogger.Instance, time);
        Info = new StoreInfo(InfoOf(driver, options), options.Description, options.Weight) { IsReserved = options.Reserved };
        Parts = new StoreParts(id, driver, options, budget)
        {
            Can = Info.Driver.Capabilities,
            Retry = new Retry(options, time, telemetry),
            Breaker = new Breaker(id, options.FailoverPause, time),
            Telemetry = telemetry,
            Use = new DriverUse(id, driver, time),
            Time = time,
        };
    }

    /// <inheritdoc/>
    public string Id => Parts.Id;

    /// <inheritdoc/>
    public StoreInfo Info { get; }

    internal StoreParts Parts { get; }

    /// <inheritdoc/>
    public ImageLocation LocationOf(ImageId id) => Parts.Driver.LocationOf(id) with { StoreId = Id };

    /// <inheritdoc/>
    public ImageLocation ParseLocation(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var schemes = Parts.Driver.Info.Schemes;
        return ImageLocation.SchemeOf(uri) is { } scheme && schemes.Contains(scheme)
            ? Accounts.Checked(Parts.Driver, Parts.Driver.ParseLocation(uri)) with { StoreId = Id }
            : throw new StoreException(StoreError.InvalidLocation,
                $"A location of the store '{Id}' begins with {string.Join(" or ", schemes.Select(known => known + "://"))}, and the one given does not.");
    }

    /// <inheritdoc/>
    public async Task<ImageReceipt> PutAsync(ImageId id, Stream source, PutOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(id.Value, nameof(id));
        options = (options ?? new PutOptions()) with { Policy = PutPolicy.AllOrNothing };
        var outcomes = await PutPipeline.RunAsync([Parts], id, source, options, cancellationToken).ConfigureAwait(false);
        return outcomes[0].Receipt!;
    }

    /// <inheritdoc/>
    public Task<ImageReadStream> OpenReadAsync(ImageLocation location, ReadOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenReadAsync(location, options ?? new ReadOptions(), GetPipeline.MostPlainBytes, cancellationToken);

    /// <inheritdoc/>
    public Task<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken = default) =>
        Parts.Telemetry.ObserveAsync("find", location, async () =>
        {
            await using var use = Parts.Use.Enter().ConfigureAwait(false);
            var own = Own(location);
            var found = await Parts.Retry.RunAsync(token => Parts.Driver.FindAsync(own, token), cancellationToken).ConfigureAwait(false);
            return found is null ? null : found with { Location = own };
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(ImageLocation location, DeleteOptions? options = null, CancellationToken cancellationToken = default) =>
        Parts.Telemetry.ObserveAsync("delete", location, async () =>
        {
            Parts.Require(Parts.Can.CanDelete, "deletes no images");
            await using var use = Parts.Use.Enter().ConfigureAwait(false);
            var own = Own(location);
            var intent = new DeleteIntent(options?.VersionTag);
            return await Deletion.RunAsync(Parts, own, intent, cancellationToken).ConfigureAwait(false);
        }, cancellationToken);

    /// <inheritdoc/>
    public TFeature? GetFeature<TFeature>() where TFeature : class => Parts.Driver.GetFeature<TFeature>();

    /// <summary>Lets no operation begin any more, and disposes the driver; where transfers are under way, the last of them does.</summary>
    /// <remarks>Waits for up to 30 s for what puts that were cancelled are still removing from the backend.</remarks>
    public ValueTask DisposeAsync() => Parts.Use.CloseAsync();

    /// <summary>As <see cref="DisposeAsync"/>, for whoever cannot wait but by blocking a thread.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>Opens an image in pieces of no more than so many bytes, where no manifest says how long they are.</summary>
    internal async Task<ImageReadStream> OpenReadAsync(ImageLocation location, ReadOptions options, long mostPlainBytes, CancellationToken cancellationToken)
    {
        var sources = new ReadSources(options.Failovers);
        try
        {
            sources.Add(SourceOf(location));
            return await GetPipeline.OpenAsync(sources, options, mostPlainBytes, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await sources.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The store as one of perhaps several that an image is read from; in use until that is disposed.</summary>
    internal ReadSource SourceOf(ImageLocation location)
    {
        try
        {
            return new ReadSource(Parts, Own(location), Parts.Use.Enter());
        }
        catch (StoreException e)
        {
            e.During("read", Id, location);
            throw;
        }
    }

    private static DriverInfo InfoOf(StoreDriver driver, ImageStoreOptions options)
    {
        var (info, can) = (driver.Info, driver.Info.Capabilities);
        return options.ReadOnly ? new DriverInfo(info.Type, info.Schemes, can with { CanWrite = false, CanDelete = false }) { FormerAccounts = info.FormerAccounts } : info;
    }

    private ImageLocation Own(ImageLocation location)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (location.StoreId is { } named && !StoreTable.Same(named, Id))
        {
            throw new StoreException(StoreError.InvalidLocation, $"The location {location} is of the store '{named}', and this one is '{Id}'.");
        }

        var own = ParseLocation(location.Uri);
        return location.Secret is { } secret
            ? Accounts.Checked(Parts.Driver, own with { Secret = secret, Account = location.Account })
            : own;
    }
}
