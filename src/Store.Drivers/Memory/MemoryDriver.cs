namespace GlanceStore.Drivers.Memory;

/// <summary>Keeps images in memory. Read it first: it is the contract at its plainest.</summary>
public sealed class MemoryDriver : StoreDriver, IServerSideCopy, IListing
{
    private const string Scheme = "memory";

    private readonly MemoryStorage _storage;
    private readonly string _prefix;
    private readonly TimeProvider _time;

    /// <summary>Makes a driver.</summary>
    /// <param name="options">Its settings; null for the defaults.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="StoreException"><see cref="StoreError.InvalidConfiguration"/>: the options are wrong.</exception>
    public MemoryDriver(MemoryDriverOptions? options = null, TimeProvider? time = null)
    {
        options ??= new MemoryDriverOptions();
        if (options.Mistakes() is [var mistake, ..])
        {
            throw new StoreException(StoreError.InvalidConfiguration, $"{mistake}.");
        }

        Info = new DriverInfo(Scheme, [Scheme], options.Capabilities);
        _storage = options.Storage;
        _prefix = $"{Scheme}://{options.Name}/";
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public override DriverInfo Info { get; }

    /// <inheritdoc/>
    public override ImageLocation LocationOf(ImageId id) => new(_prefix + id.Value, null);

    /// <inheritdoc/>
    public override ImageLocation ParseLocation(string uri) =>
        uri.StartsWith(_prefix, StringComparison.Ordinal) && ImageId.TryParse(uri[_prefix.Length..], out var id)
            ? LocationOf(id)
            : throw new StoreException(StoreError.InvalidLocation, $"A location of this store is {_prefix}ID, and the one given is not.");

    /// <inheritdoc/>
    public override ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_storage.Images.TryGetValue(NameOf(location), out var image) ? Describe(location, image) : null);
    }

    /// <inheritdoc/>
    public override ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_storage.Images.TryGetValue(NameOf(location), out var image))
        {
            throw new StoreException(StoreError.NotFound, $"There is no image at {location}.");
        }

        if (intent.VersionTag is { } tag && tag != image.VersionTag)
        {
            throw new StoreException(StoreError.Changed, $"The image at {location} was replaced while it was being read.");
        }

        var range = intent.Range?.Within(image.Bytes.Length);
        var bytes = range is { } part ? image.Bytes.AsMemory((int)part.Offset, (int)part.Length!.Value) : image.Bytes;
        return ValueTask.FromResult<DriverReader>(new MemoryReader(Describe(location, image), bytes));
    }

    /// <inheritdoc/>
    public override ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<DriverWriter>(new MemoryWriter(this, LocationOf(id), intent.Mode));
    }

    /// <inheritdoc/>
    public override ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var name = NameOf(location);
        if (intent.VersionTag is null)
        {
            return ValueTask.FromResult(_storage.Images.TryRemove(name, out _));
        }

        return _storage.Images.TryGetValue(name, out var image)
            ? image.VersionTag == intent.VersionTag && _storage.Images.TryRemove(KeyValuePair.Create(name, image))
                ? ValueTask.FromResult(true)
                : throw new StoreException(StoreError.Changed, $"The image at {location} was replaced in the meantime, and is not deleted.")
            : ValueTask.FromResult(false);
    }

    /// <inheritdoc/>
    public ValueTask<ListingPage> ListAsync(ListingRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        var rest = _storage.Images
            .Where(image => image.Key.StartsWith(request.Prefix, StringComparison.Ordinal) && string.CompareOrdinal(image.Key, request.Continuation) > 0)
            .OrderBy(image => image.Key, StringComparer.Ordinal)
            .Take(request.MaxImages + 1).ToArray();
        var page = rest.Take(request.MaxImages)
            .Select(image => new ListedImage(image.Key, Describe(LocationOf(new ImageId(image.Key)), image.Value))).ToArray();
        return ValueTask.FromResult(new ListingPage(page, [], rest.Length > page.Length ? page[^1].Name : null));
    }

    /// <inheritdoc/>
    public bool CanCopyFrom(StoreDriver source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.GetFeature<MemoryDriver>()?._storage == _storage;
    }

    /// <inheritdoc/>
    public ValueTask<StoredObject> CopyAsync(StoreDriver source, StoredObject image, ImageId id, WriteMode mode, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(image);
        cancellationToken.ThrowIfCancellationRequested();
        var from = source.GetFeature<MemoryDriver>()!;
        return !_storage.Images.TryGetValue(from.NameOf(image.Location), out var stored)
            ? throw new StoreException(StoreError.NotFound, $"There is no image at {image.Location}.")
            : stored.VersionTag == image.VersionTag
                ? ValueTask.FromResult(Publish(LocationOf(id), [.. stored.Bytes], mode))
                : throw new StoreException(StoreError.Changed, $"The image at {image.Location} was replaced before it was copied.");
    }

    internal StoredObject Publish(ImageLocation location, byte[] bytes, WriteMode mode)
    {
        var image = new MemoryImage(bytes, _time.GetUtcNow());
        if (mode == WriteMode.Replace)
        {
            _storage.Images[NameOf(location)] = image;
        }
        else if (!_storage.Images.TryAdd(NameOf(location), image))
        {
            throw new StoreException(StoreError.AlreadyExists, $"There is an image at {location} already.");
        }

        return Describe(location, image);
    }

    private string NameOf(ImageLocation location) => location.Uri[_prefix.Length..];

    private static StoredObject Describe(ImageLocation location, MemoryImage image) =>
        new(location, image.Bytes.Length, image.VersionTag, image.LastModified);
}
