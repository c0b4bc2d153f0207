using GlanceStore.Cache.Entries;
using GlanceStore.Cache.Files;
using GlanceStore.Cache.Reading;

namespace GlanceStore.Cache;

/// <content>How an entry becomes whole.</content>
public sealed partial class ImageCache
{
    // A bit that flips between being compared and being digested is found by comparing again; a receipt that lies stays what it is.
    private const int MostDigests = 2;

    private async Task<bool> CompleteOrEndAsync(EntryUse use, IOrigin origin, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var isComplete = false;
        try
        {
            return isComplete = await CompleteAsync(use, origin, progress, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!isComplete)
            {
                await use.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    // False where another entry has the name, so that this one is not the one to use.
    private async Task<bool> CompleteAsync(EntryUse use, IOrigin origin, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var entry = use.Entry;
        if (entry.Name.IsWhole)
        {
            await new Filling(entry, origin, Options.Parallelism) { Progress = progress }.RunAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }

        await _works.RunAsync(entry.Name, token => SealAsync(entry, origin, progress, token), cancellationToken).ConfigureAwait(false);
        return entry.Name.IsWhole;
    }

    private async Task SealAsync(CacheEntry entry, IOrigin origin, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        Digest? found = null;
        for (var tries = 0; tries < MostDigests && found != entry.Name.Digest; tries++)
        {
            if (tries > 0)
            {
                Enumerable.Range(0, entry.Chunks.Count).ToList().ForEach(entry.Doubt);
            }

            using var digest = ContentDigest.Begin(entry.Name.Digest);
            var filling = new Filling(entry, origin, Options.Parallelism) { Progress = progress, Digest = digest };
            found = await filling.RunAsync(cancellationToken).ConfigureAwait(false) ? ContentDigest.End(digest, entry.Name.Digest) : null;
        }

        if (found != entry.Name.Digest)
        {
            throw new StoreException(StoreError.Corrupted, found is null
                ? $"The disk of the cache changes what is written to it: '{entry.Files.Directory}' was not right twice."
                : $"The chunks are those of the receipt, and the whole has the {found.Algorithm} digest {found.Hex} where the receipt says {entry.Name.Digest.Hex}: the receipt is wrong.");
        }

        _table.TrySeal(entry);
    }

    private async Task ArriveAsync(Arrival arrival, CancellationToken cancellationToken)
    {
        while (true)
        {
            var seen = _space.Removals;
            try
            {
                await _works.RunAsync(arrival.Name, token => arrival.RunAsync(_folder, _table, _space, Options.Time, token), cancellationToken).ConfigureAwait(false);
                if (_folder.Has(arrival.Name))
                {
                    CacheFolder.TryRemove(_folder.FilesOf(arrival.Name)); // another one got the name
                }

                return;
            }
            catch (StoreException e) when (e.Error == StoreError.OutOfSpace && e.InnerException is IOException)
            {
                // The disk is full: what was not used for longest goes, and the rest arrives behind what is there.
                if (!await _space.TryRemoveOneAsync(seen, cancellationToken).ConfigureAwait(false))
                {
                    throw;
                }
            }
        }
    }
}
