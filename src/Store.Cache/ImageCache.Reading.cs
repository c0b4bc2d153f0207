using GlanceStore.Cache.Entries;
using GlanceStore.Cache.Files;
using GlanceStore.Cache.Reading;
using GlanceStore.Transfer;

namespace GlanceStore.Cache;

/// <content>Images, whole or at once.</content>
public sealed partial class ImageCache
{
    // An entry that is removed by hand whenever it is whole is not to be fetched for ever.
    private const int MostTries = 5;

    /// <summary>Gets an image whole: fetches what is not here, compares what is, and leases the file.</summary>
    /// <param name="source">The image.</param>
    /// <param name="format">
    /// Null: as it is stored. <c>raw</c>: the guest's disk in it, as a sparse file; that of an image which is raw already is the image itself.
    /// </param>
    /// <param name="progress">Told of every chunk that is there; null for nobody. Where others fetch the same image already, it may be told less.</param>
    /// <param name="cancellationToken">Ends it; what is there stays.</param>
    /// <exception cref="StoreException">
    /// What the stores say; <see cref="StoreError.Corrupted"/>: what they give has not the digest; <see cref="StoreError.OutOfSpace"/>: there is no room;
    /// with <c>raw</c>, <see cref="StoreError.Refused"/>: the image leads elsewhere; <see cref="StoreError.Unsupported"/>: the format is not known;
    /// <see cref="StoreError.TooLarge"/>: the disk is larger than <see cref="ImageCacheOptions.MaxDiskBytes"/>, or than files are on the cache's file system.
    /// </exception>
    public async Task<CachedFile> EnsureAsync(
        CacheSource source, string? format = null, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        CheckFormat(format);
        return new CachedFile(await CacheErrors.MapAsync($"keep {NameOf(source, format)} in '{_folder.Path}'", () => format is null
            ? EnsureStoredAsync(source, progress, cancellationToken)
            : EnsureDiskAsync(source, progress, cancellationToken)).ConfigureAwait(false));
    }

    /// <summary>Opens an image at once: its chunks are fetched when they are read, and ahead of a reader that reads them in order.</summary>
    /// <remarks>An image whose chunks are not known is fetched whole first, because none of its bytes can be verified before.</remarks>
    /// <param name="source">The image.</param>
    /// <param name="format">Null: as it is stored. <c>raw</c>: the guest's disk in it.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <exception cref="StoreException">As <see cref="EnsureAsync"/>.</exception>
    public async Task<CachedImage> OpenAsync(CacheSource source, string? format = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        CheckFormat(format);
        return await CacheErrors.MapAsync($"open {NameOf(source, format)} in '{_folder.Path}'", () => OpenImageAsync(source, format, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Gets all of an entry, verifies the whole, and gives it its name.</summary>
    internal async Task FillAsync(EntryUse use, IOrigin origin, long? bytesPerSecond, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        if ((bytesPerSecond ?? Options.BackgroundBytesPerSecond) is { } rate)
        {
            // In order and one by one, so that no more is on its way than is paid for.
            await new Filling(use.Entry, origin, parallelism: 1) { Rate = new ByteRate(rate, Options.Time), Progress = progress }.RunAsync(cancellationToken).ConfigureAwait(false);
            progress = null;
        }

        await CacheErrors.MapAsync($"fill {use.Entry.Name}", () => CompleteAsync(use, origin, progress, cancellationToken)).ConfigureAwait(false);
    }

    private static EntryName NameOf(CacheSource source, string? format) => new(source.Digest, format, null);

    private async Task<CachedImage> OpenImageAsync(CacheSource source, string? format, CancellationToken cancellationToken)
    {
        if (format is not null && await _table.OpenAsync(NameOf(source, format), null, cancellationToken).ConfigureAwait(false) is { } made)
        {
            return new CachedImage(new EntryBytes(made, OriginOfDisk(source), this), ownsBytes: true);
        }

        var bytes = await StoredBytesAsync(source, cancellationToken).ConfigureAwait(false);
        if (format is null)
        {
            return new CachedImage(bytes, ownsBytes: true);
        }

        var disk = await DiskAsync(source, bytes, cancellationToken).ConfigureAwait(false);
        return new CachedImage(disk.IsImage ? bytes : disk, ownsBytes: true);
    }

    private async Task<EntryUse> EnsureStoredAsync(CacheSource source, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (await OpenStoredAsync(source, cancellationToken).ConfigureAwait(false) is not { } use)
            {
                var origin = new StoresOrigin(_stores, source, null);
                await ArriveAsync(new Arrival(NameOf(source, null).Arriving, origin, source.Size) { Expected = source.Digest, Progress = progress }, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (await CompleteOrEndAsync(use, new StoresOrigin(_stores, source, use.Entry.Chunks, _hedging), progress, cancellationToken).ConfigureAwait(false))
            {
                return use;
            }
        }

        throw RemovedAgain(source);
    }

    private async Task<EntryUse> EnsureDiskAsync(CacheSource source, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (await _table.OpenAsync(NameOf(source, EntryName.Raw), null, cancellationToken).ConfigureAwait(false) is { } use)
            {
                var origin = OriginOfDisk(source);
                await using var originUntilTheEnd = origin.ConfigureAwait(false);
                if (await CompleteOrEndAsync(use, origin, progress, cancellationToken).ConfigureAwait(false))
                {
                    return use;
                }
            }
            else if (await MakeDiskAsync(source, progress, cancellationToken).ConfigureAwait(false) is { } image)
            {
                return image;
            }
        }

        throw RemovedAgain(source);
    }

    // The disk is made while the image arrives, and is handed out once the image was found to be the one it is said to be. The image, where that is the disk.
    private async Task<EntryUse?> MakeDiskAsync(CacheSource source, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var bytes = await StoredBytesAsync(source, cancellationToken).ConfigureAwait(false);
        var disk = await DiskAsync(source, bytes, cancellationToken).ConfigureAwait(false);
        await using var diskUntilTheEnd = disk.ConfigureAwait(false);
        if (disk.IsImage)
        {
            return await EnsureStoredAsync(source, progress, cancellationToken).ConfigureAwait(false);
        }

        if (disk.Size > Options.MaxDiskBytes)
        {
            throw new StoreException(StoreError.TooLarge, $"The disk in the image has {disk.Size} bytes, and the largest that is made a raw file here has {Options.MaxDiskBytes} (MaxDiskBytes).");
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var whole = EnsureStoredAsync(source, null, ending.Token);
        try
        {
            var name = NameOf(source, EntryName.Raw).Of(bytes.Chunks);
            var origin = new DiskOrigin(_ => Task.FromResult(disk));
            await ArriveAsync(new Arrival(name, origin, disk.Size) { Before = () => whole, Progress = progress }, cancellationToken).ConfigureAwait(false);
            return null;
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await EndAsync(whole).ConfigureAwait(false);
        }
    }

    private static async Task EndAsync(Task<EntryUse> whole)
    {
        await ((Task)whole).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (whole.IsCompletedSuccessfully)
        {
            await (await whole.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<EntryBytes> StoredBytesAsync(CacheSource source, CancellationToken cancellationToken)
    {
        var use = await OpenStoredAsync(source, cancellationToken).ConfigureAwait(false) ?? await EnsureStoredAsync(source, null, cancellationToken).ConfigureAwait(false);
        return new EntryBytes(use, new StoresOrigin(_stores, source, use.Entry.Chunks, _hedging), this);
    }

    private static async Task<DiskBytes> DiskAsync(CacheSource source, EntryBytes bytes, CancellationToken cancellationToken)
    {
        try
        {
            return await DiskBytes.OpenAsync(bytes, source.DiskFormat, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await bytes.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private DiskOrigin OriginOfDisk(CacheSource source) => new(async token =>
        await DiskAsync(source, await StoredBytesAsync(source, token).ConfigureAwait(false), token).ConfigureAwait(false));

    // The entry that has the digest, else the one that is verified by these chunks; null where there is neither.
    private async Task<EntryUse?> OpenStoredAsync(CacheSource source, CancellationToken cancellationToken)
    {
        var whole = await OpenWholeAsync(source, cancellationToken).ConfigureAwait(false);
        if (whole is not null || source.Chunks is not { } chunks || !ReadsRanges(source))
        {
            return whole;
        }

        return await OpenPartAsync(NameOf(source, null).Of(chunks), chunks, cancellationToken).ConfigureAwait(false)
            ?? await OpenWholeAsync(source, cancellationToken).ConfigureAwait(false);
    }

    // Null where it was given its final name since that was looked for: what is opened here may be an empty one, and all of it would be fetched anew.
    private async Task<EntryUse?> OpenPartAsync(EntryName name, ChunkManifest chunks, CancellationToken cancellationToken)
    {
        var part = await _table.OpenAsync(name, chunks, cancellationToken).ConfigureAwait(false);
        var isUsed = false;
        try
        {
            return (isUsed = part is not null && !_folder.HasWhole(part.Entry.Name)) ? part : null;
        }
        finally
        {
            if (!isUsed && part is not null)
            {
                await part.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task<EntryUse?> OpenWholeAsync(CacheSource source, CancellationToken cancellationToken)
    {
        var use = await _table.OpenAsync(NameOf(source, null), null, cancellationToken).ConfigureAwait(false);
        return use is null || use.Entry.Size == source.Size ? use : throw await OtherSizeAsync(use, source).ConfigureAwait(false);
    }

    private static async Task<StoreException> OtherSizeAsync(EntryUse use, CacheSource source)
    {
        var size = use.Entry.Size;
        await use.DisposeAsync().ConfigureAwait(false);
        return new StoreException(StoreError.Corrupted, $"The image of {source.Digest} has {size} bytes, and it was said to have {source.Size}.");
    }

    private bool ReadsRanges(CacheSource source)
    {
        try
        {
            return source.Locations.Any(location => _stores.Resolve(location).Store.Info.Driver.Capabilities.CanReadRanges);
        }
        catch (StoreException)
        {
            return true; // reading tells what is wrong with the location
        }
    }

    private static StoreException RemovedAgain(CacheSource source) => new(StoreError.Unavailable,
        $"The image of {source.Digest} was removed from the cache whenever it was whole: find out who does that.");
}
