using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace GlanceStore.Drivers.Sftp;

/// <summary>Keeps images as files of one directory on a server that is reached by SFTP.</summary>
public sealed partial class SftpDriver : StoreDriver, ISweeper
{
    private const int PreferredChunkBytes = 8 << 20;

    private readonly SftpLocations _locations;
    private readonly SftpStore _store;

    /// <summary>Makes a driver. Nothing is asked of the server yet.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="logger">Where to log; null for nowhere.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="StoreException"><see cref="StoreError.InvalidConfiguration"/>: the options are wrong; every mistake is listed.</exception>
    public SftpDriver(SftpDriverOptions options, ILogger<SftpDriver>? logger = null, TimeProvider? time = null)
        : this(options, logger, time, renameReplaces: null)
    {
    }

    internal SftpDriver(SftpDriverOptions options, ILogger<SftpDriver>? logger, TimeProvider? time, bool? renameReplaces)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Mistakes() is { Count: > 0 } mistakes)
        {
            throw new StoreException(StoreError.InvalidConfiguration, $"The SFTP store cannot be made: {string.Join("; ", mistakes)}.");
        }

        var log = (ILogger?)logger ?? NullLogger.Instance;
        var clock = time ?? TimeProvider.System;
        var directory = new SftpDirectory(options.Directory);
        _locations = new SftpLocations(options.Host, options.Port, options.Directory);
        _store = new SftpStore(options, new SftpConnections(new SftpClients(options, log), options.MaxConnections), directory,
            new SftpNaming(directory, options.Host, log, clock, renameReplaces), log, clock);
    }

    /// <inheritdoc/>
    /// <remarks>One chunk at a time, itself cut into requests of which many are under way: a second chunk would only wait for the first.</remarks>
    public override DriverInfo Info { get; } = new(SftpLocations.Scheme, [SftpLocations.Scheme],
        new DriverCapabilities { MaxParallelChunks = 1, PreferredChunkBytes = PreferredChunkBytes });

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
        using var lease = await _store.Connections.LeaseAsync(cancellationToken).ConfigureAwait(false);
        var file = await _store.Directory.FindAsync(lease, SftpLocations.NameOf(location), cancellationToken).ConfigureAwait(false);
        return file is null ? null : SftpStore.Describe(location, file.Attributes);
    }

    /// <inheritdoc/>
    public override async ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        var lease = await _store.Connections.LeaseAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (true)
            {
                if (await TryOpenAsync(lease, location, intent, cancellationToken).ConfigureAwait(false) is { } reader)
                {
                    return reader;
                }
            }
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
        var lease = await _store.Connections.LeaseAsync(cancellationToken).ConfigureAwait(false);
        var writer = new SftpWriter(_store, id.Value, intent.Mode, LocationOf(id), _store.Directory.PathOf(SftpLocations.NewPartName()));
        try
        {
            await _store.Directory.EnsureAsync(lease, cancellationToken).ConfigureAwait(false);
            await _store.Naming.ProbeAsync(lease, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            lease.Dispose();
            throw;
        }

        try
        {
            await writer.BeginAsync(lease, cancellationToken).ConfigureAwait(false);
            return writer;
        }
        catch
        {
            await writer.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> DeleteAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        using var lease = await _store.Connections.LeaseAsync(cancellationToken).ConfigureAwait(false);
        var name = SftpLocations.NameOf(location);
        if (await _store.Directory.FindAsync(lease, name, cancellationToken).ConfigureAwait(false) is null)
        {
            return false;
        }

        try
        {
            await lease.RunAsync($"Deleting {location}", client => client.DeleteFileAsync(_store.Directory.PathOf(name), cancellationToken))
                .ConfigureAwait(false);
            return true;
        }
        catch (StoreException e) when (e.Error == StoreError.NotFound)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _store.Connections.Dispose();
        _store.Naming.Dispose();
        return base.DisposeAsync();
    }

    // A handle tells nothing of its file, so the name is looked at before and after: null where another file took it in between.
    private async Task<SftpReader?> TryOpenAsync(SftpLease lease, ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        var name = SftpLocations.NameOf(location);
        var before = await LookAsync(lease, location, name, intent, cancellationToken).ConfigureAwait(false);
        var range = intent.Range?.Within(before.Size);
        var most = SftpHandles.HandlesFor(range?.Length ?? before.Size, _store.Options.MaxRequests);
        var handles = new SftpHandles(lease, _store.Directory.PathOf(name), FileAccess.Read, most);
        try
        {
            await handles.OpenAsync(most, cancellationToken).ConfigureAwait(false);
            if (await LookAsync(lease, location, name, intent, cancellationToken).ConfigureAwait(false) == before)
            {
                return new SftpReader(lease, handles, before, range);
            }
        }
        catch
        {
            await handles.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        await handles.DisposeAsync().ConfigureAwait(false);
        return null;
    }

    private async Task<StoredObject> LookAsync(SftpLease lease, ImageLocation location, string name, ReadIntent intent, CancellationToken cancellationToken)
    {
        var file = await _store.Directory.FindAsync(lease, name, cancellationToken).ConfigureAwait(false)
            ?? throw new StoreException(StoreError.NotFound, $"There is no image at {location}.");
        var found = SftpStore.Describe(location, file.Attributes);
        return intent.VersionTag is { } tag && tag != found.VersionTag
            ? throw new StoreException(StoreError.Changed, $"The image at {location} was replaced while it was being read.")
            : found;
    }
}
