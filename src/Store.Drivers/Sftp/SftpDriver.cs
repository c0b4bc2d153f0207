using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace GlanceStore.Drivers.Sftp;

/// <summary>Keeps images as files of one directory on a server that is reached by SFTP.</summary>
public sealed partial class SftpDriver : StoreDriver, ISweeper, IListing
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
        _locations = new SftpLocations(options.Host, options.Port, options.Directory, options.Username);
        var habits = new SftpHabits(renameReplaces);
        _store = new SftpStore(
            options, new SftpConnections(new SftpClients(options, log), options.MaxConnections, habits, clock), directory, habits, log, clock);
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
        return await FindAsync(lease, location, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await TryOpenAsync(location, intent, cancellationToken).ConfigureAwait(false) is { } reader)
            {
                return reader;
            }
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken)
    {
        var writer = NewWriter(id, intent);
        try
        {
            await writer.BeginAsync(cancellationToken).ConfigureAwait(false);
            return writer;
        }
        catch
        {
            await writer.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<StoredObject> WriteWholeAsync(
        ImageId id, WriteIntent intent, Chunk image, WriteSummary summary, CancellationToken cancellationToken)
    {
        var writer = NewWriter(id, intent);
        await using (writer.ConfigureAwait(false))
        {
            await writer.BeginWholeAsync(cancellationToken).ConfigureAwait(false);
            await writer.WriteChunkAsync(image, cancellationToken).ConfigureAwait(false);
            return await writer.CommitAsync(summary, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    /// <remarks>SFTP deletes a name, whatever has it: the version is looked at right before, and what replaces the image after the look is deleted.</remarks>
    public override async ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken)
    {
        using var lease = await _store.Connections.LeaseAsync(cancellationToken).ConfigureAwait(false);
        var name = SftpLocations.NameOf(location);
        if (await FindAsync(lease, location, cancellationToken).ConfigureAwait(false) is not { } found)
        {
            return false;
        }

        return intent.VersionTag is { } tag && tag != found.VersionTag
            ? throw new StoreException(StoreError.Changed, $"The image at {location} is not deleted: it is another version than the one meant.")
            : await _store.Directory.DeleteAsync(lease, name, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _store.Dispose();
        return base.DisposeAsync();
    }

    private SftpWriter NewWriter(ImageId id, WriteIntent intent) =>
        new(_store, id.Value, intent, LocationOf(id), _store.Directory.PathOf(SftpLocations.NewPartName()));

    // A handle tells nothing of its file, so the name is looked at before and after: null where another file took it in between.
    private async Task<SftpReader?> TryOpenAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        StoredObject before;
        using (var lease = await _store.Connections.LeaseAsync(cancellationToken).ConfigureAwait(false))
        {
            before = await LookAsync(lease, location, intent, cancellationToken).ConfigureAwait(false);
        }

        var range = intent.Range?.Within(before.Size);
        var bytes = range?.Length ?? before.Size;
        var file = new SftpFile(
            await _store.LeaseAsync(bytes, cancellationToken).ConfigureAwait(false), _store.Directory.PathOf(SftpLocations.NameOf(location)),
            FileAccess.Read, SftpFile.RequestsFor(bytes, _store.Options.MaxRequests, _store.Habits), _store.Time);
        try
        {
            await file.OpenAsync(cancellationToken).ConfigureAwait(false);
            if (await file.IsReadableAsync(range?.Offset ?? 0, bytes, cancellationToken).ConfigureAwait(false)
                && await LookAsync(file.Lease, location, intent, cancellationToken).ConfigureAwait(false) == before)
            {
                return new SftpReader(file, before, range);
            }
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        await file.DisposeAsync().ConfigureAwait(false);
        return null;
    }

    private async ValueTask<StoredObject?> FindAsync(SftpLease lease, ImageLocation location, CancellationToken cancellationToken)
    {
        var file = await _store.Directory.FindAsync(lease, SftpLocations.NameOf(location), cancellationToken).ConfigureAwait(false);
        return file is null ? null : SftpAttributes.Describe(location, file.Attributes);
    }

    private async Task<StoredObject> LookAsync(SftpLease lease, ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        var found = await FindAsync(lease, location, cancellationToken).ConfigureAwait(false)
            ?? throw new StoreException(StoreError.NotFound, $"There is no image at {location}.");
        return intent.VersionTag is { } tag && tag != found.VersionTag
            ? throw new StoreException(StoreError.Changed, $"The image at {location} was replaced while it was being read.")
            : found;
    }
}
