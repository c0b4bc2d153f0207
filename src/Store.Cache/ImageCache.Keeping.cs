using System.Runtime.CompilerServices;
using GlanceStore.Cache.Entries;
using GlanceStore.Cache.Files;
using GlanceStore.Transfer;

namespace GlanceStore.Cache;

/// <content>What is in the cache, whether it is right, and what goes.</content>
public sealed partial class ImageCache
{
    /// <summary>What is in the cache, in the order of the names.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<IReadOnlyList<CachedEntry>> ListAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return CacheErrors.MapAsync($"list '{_folder.Path}'", () =>
            Task.FromResult<IReadOnlyList<CachedEntry>>([.. _folder.Entries().OrderBy(name => name.ToString(), StringComparer.Ordinal).Select(Describe)]));
    }

    /// <summary>Reads all that is there and compares it. What is wrong is forgotten, and fetched again by the next use.</summary>
    /// <remarks>What arrives without known chunks is passed over: it is compared before it is gone on with.</remarks>
    /// <param name="bytesPerSecond">The most to read a second; null for as fast as it goes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<CacheCheck> VerifyAsync(long? bytesPerSecond = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesPerSecond ?? 1, 1, nameof(bytesPerSecond));
        var rate = new ByteRate(bytesPerSecond, Options.Time);
        var names = await CacheErrors.MapAsync($"verify '{_folder.Path}'", () => Task.FromResult(_folder.Entries())).ConfigureAwait(false);
        foreach (var name in names)
        {
            if (await CheckAsync(name, rate, cancellationToken).ConfigureAwait(false) is { } check)
            {
                yield return check;
            }
        }
    }

    /// <summary>Removes all there is of one content, what was made of it included.</summary>
    /// <param name="digest">The digest of the image as it is stored.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>False where there was nothing.</returns>
    /// <exception cref="StoreException"><see cref="StoreError.InUse"/>: some of it is used, in this process or another, and stays.</exception>
    public Task<bool> EvictAsync(Digest digest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(digest);
        cancellationToken.ThrowIfCancellationRequested();
        return CacheErrors.MapAsync($"evict {digest} from '{_folder.Path}'", () =>
        {
            var all = _folder.Entries().Where(name => name.Digest == digest).ToList();
            var used = all.Where(name => !CacheFolder.TryRemove(_folder.FilesOf(name))).ToList();
            return used.Count == 0
                ? Task.FromResult(all.Count > 0)
                : throw new StoreException(StoreError.InUse, $"'{_folder.FilesOf(used[0]).Directory}' is in use, so it stays: evict it when nobody uses it any more.");
        });
    }

    /// <summary>Removes what was not used for longest, until no more than this is left. What is in use stays.</summary>
    /// <param name="maxBytes">How many bytes on the disk may stay.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What was removed.</returns>
    public Task<IReadOnlyList<CachedEntry>> EvictAsync(long maxBytes, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        return CacheErrors.MapAsync<IReadOnlyList<CachedEntry>>($"evict images from '{_folder.Path}'", async () =>
        {
            var before = _folder.Entries().Select(name => (Name: name, Entry: Describe(name))).ToList();
            var removed = await _space.TrimAsync(maxBytes, cancellationToken).ConfigureAwait(false);
            return [.. before.Where(one => removed.Contains(one.Name)).Select(one => one.Entry)];
        });
    }

    /// <summary>Compares what was not compared for as long, the longest first.</summary>
    /// <returns>When the next is due.</returns>
    internal Task<TimeSpan> ScrubAsync(TimeSpan interval, CancellationToken cancellationToken) => CacheErrors.MapAsync($"scrub '{_folder.Path}'", async () =>
    {
        var rate = new ByteRate(Options.ScrubBytesPerSecond, Options.Time);
        foreach (var name in _folder.Entries().OrderByDescending(SinceCompared).ToList())
        {
            // Looked at again: another process may have done it meanwhile.
            if (SinceCompared(name) >= interval)
            {
                await ScrubAsync(name, rate, cancellationToken).ConfigureAwait(false);
            }
        }

        return interval - _folder.Entries().Select(name => SinceCompared(name) ?? TimeSpan.Zero).Append(TimeSpan.Zero).Max();
    });

    private async Task ScrubAsync(EntryName name, ByteRate rate, CancellationToken cancellationToken)
    {
        try
        {
            if (await CheckAsync(name, rate, cancellationToken).ConfigureAwait(false) is { } check)
            {
                Log.Scrubbed(Options.Logger, name.ToString(), check.BytesRead, check.Damage.Count);
            }
        }
        catch (StoreException e)
        {
            Log.NotScrubbed(Options.Logger, _folder.FilesOf(name).Directory, e.Message); // the others are, all the same
        }
    }

    // Null where nothing is known of it that could be compared. A clock that was set back is no reason to wait for longer.
    private TimeSpan? SinceCompared(EntryName name) =>
        _folder.FilesOf(name).Chunks is var chunks && _folder.Disk.Look(chunks) is not null ? (Options.Time.GetUtcNow() - _folder.Disk.LastStamp(chunks)).Duration() : null;

    // Null where there is nothing to be compared with.
    private Task<CacheCheck?> CheckAsync(EntryName name, ByteRate rate, CancellationToken cancellationToken) => CacheErrors.MapAsync($"verify {name} in '{_folder.Path}'", async () =>
    {
        var described = Describe(name);
        if (ChunksFile.TryRead(_folder.FilesOf(name)) is null || await _table.OpenToCompareAsync(name, cancellationToken).ConfigureAwait(false) is not { } use)
        {
            return null;
        }

        await using var useUntilTheEnd = use.ConfigureAwait(false);
        var check = await CheckAsync(described, use.Entry, rate, cancellationToken).ConfigureAwait(false);
        NoteCompared(use.Entry.Files);
        return check;
    });

    private void NoteCompared(EntryFiles files)
    {
        try
        {
            _folder.Disk.Stamp(files.Chunks, Options.Time.GetUtcNow());
        }
        catch (IOException e) when (!CacheErrors.IsOfDisk(e))
        {
            // Meanwhile somebody has removed it, or another process has given it its final name: what was read was right all the same.
        }
    }

    private static async Task<CacheCheck> CheckAsync(CachedEntry described, CacheEntry entry, ByteRate rate, CancellationToken cancellationToken)
    {
        var (read, damage) = (0L, new List<ByteRange>());
        for (var index = 0; index < entry.Chunks.Count; index++)
        {
            if (await entry.CompareAsync(index, cancellationToken).ConfigureAwait(false) is not { } isRight)
            {
                continue;
            }

            var length = entry.Chunks[index].Length;
            read += length;
            if (!isRight)
            {
                damage.Add(new ByteRange(entry.Chunks.OffsetOf(index), length));
            }

            await rate.PayAsync((int)Math.Min(length, int.MaxValue), cancellationToken).ConfigureAwait(false);
        }

        return new CacheCheck(described, read) { Damage = damage };
    }

    private CachedEntry Describe(EntryName name)
    {
        var files = _folder.FilesOf(name);
        var size = ChunksFile.TryRead(files)?.Size;
        return new CachedEntry(name.Digest, name.Format, size ?? 0, files.AllocatedBytes,
            name.IsWhole && size is not null, CacheFolder.IsLeased(files), new DateTimeOffset(_folder.Disk.LastStamp(files.Lock), TimeSpan.Zero));
    }
}
