using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace GlanceStore.Drivers.S3;

/// <summary>Keeps images in a bucket of Amazon S3 or of a server that speaks its protocol, one object each.</summary>
public sealed partial class S3Driver : StoreDriver
{
    private const long PreferredPartBytes = 6 << 20; // three of a read fit into the default memory, of 8 MiB two
    private const long MaxPartBytes = 5L << 30;
    private const long MaxObjectBytes = 5L << 40;

    private readonly S3DriverOptions _options;
    private readonly S3Locations _locations;
    private readonly S3Connections _connections;
    private readonly Amazon.Runtime.AWSCredentials _credentials;
    private readonly S3Bucket _bucket;
    private readonly S3Creation _creation;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly S3BucketsByKeys _byKeys;

    /// <summary>Makes a driver. Nothing is asked of the server yet.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="logger">Where to log; null for nowhere.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="StoreException"><see cref="StoreError.InvalidConfiguration"/>: the options are wrong; every mistake is listed.</exception>
    public S3Driver(S3DriverOptions options, ILogger<S3Driver>? logger = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Mistakes() is { Count: > 0 } mistakes)
        {
            throw new StoreException(StoreError.InvalidConfiguration, $"The S3 store cannot be made: {string.Join("; ", mistakes)}.");
        }

        _options = options;
        _logger = (ILogger?)logger ?? NullLogger.Instance;
        _time = time ?? TimeProvider.System;
        var account = new S3Account(options);
        _locations = new S3Locations(S3Endpoint.Parse(options.Endpoint)!, options.Bucket, options.Prefix, account);
        _connections = new S3Connections(options);
        _credentials = S3Credentials.For(options, _connections, _time);
        _bucket = BucketOf(_credentials, options.Secrets);
        _byKeys = new S3BucketsByKeys(BucketOf);
        _creation = new S3Creation(options.CreatesBy, _bucket, _logger);
        Info = new DriverInfo("s3", S3Locations.Schemes, CapabilitiesOf(options)) { FormerAccounts = account.Former };
    }

    /// <inheritdoc/>
    public override DriverInfo Info { get; }

    /// <summary>Of how many keys in locations the driver still knows.</summary>
    internal int KeysHeld => _byKeys.Count;

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
        BucketFor(location).FindAsync(location, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken) =>
        BucketFor(location).OpenReadAsync(location, intent, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken)
    {
        var location = LocationOf(id);
        await _bucket.EnsureAsync(cancellationToken).ConfigureAwait(false);
        var upload = await _bucket.BeginAsync(location, cancellationToken).ConfigureAwait(false);
        return new S3Writer(_bucket, _creation, location, intent, upload, _time, _logger);
    }

    /// <inheritdoc/>
    public override async ValueTask<StoredObject> WriteWholeAsync(
        ImageId id, WriteIntent intent, Chunk image, WriteSummary summary, CancellationToken cancellationToken)
    {
        var location = LocationOf(id);
        await _bucket.EnsureAsync(cancellationToken).ConfigureAwait(false);
        await _bucket.RequireCheckingAsync(location, cancellationToken).ConfigureAwait(false);
        return await _creation.PublishAsync(location, intent.Mode, S3PublishStep.Put,
            condition => _bucket.PutAsync(location, image, condition, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(intent);

        // S3 answers a deletion alike whether there was something to delete.
        var bucket = BucketFor(location);
        if (await bucket.FindAsync(location, cancellationToken).ConfigureAwait(false) is not { } there)
        {
            return false;
        }

        await (intent.VersionTag is { } version
            ? bucket.DeleteVersionAsync(there, version, cancellationToken)
            : bucket.DeleteAsync(location, null, cancellationToken)).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _byKeys.Dispose();
        _bucket.Client.Dispose();
        (_credentials as IDisposable)?.Dispose();
        _connections.Dispose();
        return base.DisposeAsync();
    }

    private static DriverCapabilities CapabilitiesOf(S3DriverOptions options)
    {
        var preset = options.KnownAs;
        return new DriverCapabilities
        {
            MaxParallelChunks = options.MaxParallelParts,
            MinChunkBytes = preset.PartBytes ?? options.MinPartBytes,
            PreferredChunkBytes = preset.PartBytes ?? Math.Max(PreferredPartBytes, options.MinPartBytes),
            MaxChunkBytes = preset.PartBytes ?? MaxPartBytes,
            MaxChunks = preset.MaxParts,
            MaxImageBytes = MaxObjectBytes,
            ChunkDigest = S3BodyDigest.NameOf(options.CheckedBy),
        };
    }

    private S3Bucket BucketFor(ImageLocation location) =>
        _options.Source == S3CredentialSource.Location && location.Secret is { } secret ? _byKeys.Of(secret) : _bucket;

    private S3Bucket BucketOf(Amazon.Runtime.AWSCredentials credentials, IReadOnlyList<string> secrets) =>
        new(S3Client.Create(_options, credentials, _connections), _options, _locations, secrets);
}
