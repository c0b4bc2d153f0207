using GlanceStore.Cache.Entries;
using GlanceStore.Cache.Files;
using GlanceStore.Cache.Reading;

namespace GlanceStore.Cache;

/// <summary>The images on a host: fetched once for all who ask, verified, shared by processes, and readable before they are downloaded.</summary>
/// <remarks>
/// <para>
/// An image is addressed by the digest of its content, so two ids of one content share one file. Any number of processes of one user may use one directory at
/// the same time, and any of them may be killed at any moment: what was fetched stays, and is compared before it is used again.
/// </para>
/// <para>For use by any number of threads. Dispose what it handed out before it is disposed itself.</para>
/// </remarks>
public sealed partial class ImageCache : IAsyncDisposable
{
    private readonly ImageStores _stores;
    private readonly CacheFolder _folder;
    private readonly CacheSpace _space;
    private readonly EntryTable _table;
    private readonly SharedWork<EntryName> _works = new();
    private readonly DamageLog _damages;
    private readonly Hedging? _hedging;
    private readonly Scrubbing? _scrubbing;

    private ImageCache(ImageStores stores, CacheFolder folder, ImageCacheOptions options)
    {
        (_stores, _folder, Options) = (stores, folder, options);
        _space = new CacheSpace(folder, options.MaxBytes, options.Time);
        _damages = new DamageLog(options.Logger, folder.Path, options.Time);
        _table = new EntryTable(folder, _space, _damages, options);
        _hedging = options.HedgeAfter is { } after ? new Hedging(after, options.Time) : null;
        _scrubbing = options.ScrubInterval is { } interval ? Scrubbing.Start(this, interval) : null;
    }

    /// <summary>The options that it was opened with.</summary>
    public ImageCacheOptions Options { get; }

    /// <summary>Opens a cache. Its directory is made where it is not there.</summary>
    /// <param name="stores">The stores that images come from. They stay the caller's to dispose.</param>
    /// <param name="options">Where, and how.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.InvalidConfiguration"/>: the options are wrong, or the directory is somebody else's, can be written to by others, or is a
    /// link; <see cref="StoreError.AccessDenied"/>: it cannot be made; <see cref="StoreError.Unsupported"/>: this is not Linux.
    /// </exception>
    public static Task<ImageCache> OpenAsync(ImageStores stores, ImageCacheOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stores);
        ArgumentNullException.ThrowIfNull(options);
        cancellationToken.ThrowIfCancellationRequested();
        return options.Mistakes().ToArray() is { Length: > 0 } mistakes
            ? throw new StoreException(StoreError.InvalidConfiguration, $"The options of the cache are wrong: {string.Join("; ", mistakes)}.")
            : Task.FromResult(new ImageCache(stores, CacheFolder.Open(options.Directory, options.Disk), options));
    }

    /// <summary>Waits for what is under way. What was handed out has to be disposed before.</summary>
    public async ValueTask DisposeAsync()
    {
        await (_scrubbing?.DisposeAsync() ?? ValueTask.CompletedTask).ConfigureAwait(false);
        await _works.EndAsync().ConfigureAwait(false);
        await (_hedging?.DisposeAsync() ?? ValueTask.CompletedTask).ConfigureAwait(false);
        _damages.End();
        _space.Dispose();
    }

    private static void CheckFormat(string? format)
    {
        if (format is not (null or EntryName.Raw))
        {
            throw new StoreException(StoreError.Unsupported, $"The cache gives images as they are stored, or the disk in them as {EntryName.Raw}, and not as {format}.");
        }
    }
}
