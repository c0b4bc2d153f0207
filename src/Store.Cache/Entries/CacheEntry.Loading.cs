using GlanceStore.Cache.Files;
using GlanceStore.Cache.Reading;

namespace GlanceStore.Cache.Entries;

/// <content>How a chunk gets there, once for all who want it, in all processes.</content>
internal sealed partial class CacheEntry
{
    // Another process that has not ended a chunk by then may stand still, and a guest's read fails after some tens of seconds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>As <see cref="TryEnsureAsync"/>, and waits for another process for as long as that takes.</summary>
    public async Task EnsureAsync(int index, IOrigin? origin, CancellationToken cancellationToken)
    {
        while (!await TryEnsureAsync(index, origin, cancellationToken).ConfigureAwait(false))
        {
            await Task.Delay(Pause, _options.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes sure that a chunk is there and right: compares it, or fetches it.</summary>
    /// <returns>False where another process fetches it, and has for longer than a reader should wait.</returns>
    /// <exception cref="StoreException">
    /// What the origin says; <see cref="StoreError.Corrupted"/>: it gives other bytes; <see cref="StoreError.OutOfSpace"/>: there is no room for it;
    /// <see cref="StoreError.NotFound"/>: it is not there, and there is no origin.
    /// </exception>
    public async Task<bool> TryEnsureAsync(int index, IOrigin? origin, CancellationToken cancellationToken)
    {
        if (IsRight(index))
        {
            return true;
        }

        await _loads.RunAsync(index, token => LoadAsync(index, origin, token), cancellationToken).ConfigureAwait(false);
        return IsThere(index);
    }

    /// <summary>Compares a chunk with its checksum, where it is there at all; one that is wrong is forgotten.</summary>
    /// <returns>Null where it is not there.</returns>
    public async Task<bool?> CompareAsync(int index, CancellationToken cancellationToken)
    {
        if (!IsThere(index))
        {
            return null;
        }

        var (image, chunk) = (_image, Chunks[index]);
        if (await ChunkBytes.TryChecksumAsync(Files.Disk, image.File, Chunks.OffsetOf(index), chunk.Length, null, cancellationToken).ConfigureAwait(false) == chunk.Checksum)
        {
            image.Trust(index);
            return true;
        }

        image.Doubt(index);
        Forget(index);
        Tell(index);
        return false;
    }

    private async Task LoadAsync(int index, IOrigin? origin, CancellationToken cancellationToken)
    {
        try
        {
            if (await CompareAsync(index, cancellationToken).ConfigureAwait(false) == true)
            {
                return;
            }

            if (origin is null)
            {
                throw new StoreException(StoreError.NotFound, $"Chunk {index} of {Files.Directory} is not in the cache, and nobody said where it is.");
            }

            using var turn = await TryTakeAsync(index, cancellationToken).ConfigureAwait(false);
            if (turn is null)
            {
                return;
            }

            Refresh();
            if (await CompareAsync(index, cancellationToken).ConfigureAwait(false) != true)
            {
                await FetchAsync(index, origin, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (CacheErrors.From(e, $"keep chunk {index} of {Files.Directory}") is { } error)
        {
            throw error;
        }
    }

    // Waited for once: a guest reads a chunk in many pieces.
    private async Task<IDisposable?> TryTakeAsync(int index, CancellationToken cancellationToken)
    {
        var patience = _held.ContainsKey(index) ? TimeSpan.Zero : Patience;
        var turn = await _journal.TryTakeAsync(index, patience, cancellationToken).ConfigureAwait(false);
        _ = turn is null ? _held.TryAdd(index, true) : _held.TryRemove(index, out _);
        return turn;
    }

    // A full disk makes room as a full cache does: by what was not used for longest.
    private async Task FetchAsync(int index, IOrigin origin, CancellationToken cancellationToken)
    {
        while (true)
        {
            var seen = _space.Removals;
            try
            {
                await FetchOnceAsync(index, origin, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (IOException e) when (CacheErrors.From(e, "keep it") is { Error: StoreError.OutOfSpace })
            {
                if (!await _space.TryRemoveOneAsync(seen, cancellationToken).ConfigureAwait(false))
                {
                    throw;
                }
            }
        }
    }

    // The record follows the bytes that it tells of.
    private async Task FetchOnceAsync(int index, IOrigin origin, CancellationToken cancellationToken)
    {
        var (image, offset, chunk) = (_image, Chunks.OffsetOf(index), Chunks[index]);
        using var room = await _space.TakeAsync(chunk.Length, cancellationToken).ConfigureAwait(false);
        var stream = await origin.OpenAsync(offset, chunk.Length, cancellationToken).ConfigureAwait(false);
        var isKept = false;
        try
        {
            var found = await ChunkBytes.WriteAsync(Files.Disk, image.File, offset, chunk.Length, stream, null, cancellationToken).ConfigureAwait(false);
            if (found != chunk.Checksum)
            {
                throw new StoreException(StoreError.Corrupted, $"Chunk {index} of {Files.Directory} arrived with the checksum {found:x16}, and {chunk.Checksum:x16} was expected.");
            }

            _journal.Append(new JournalRecord(index, chunk.Checksum, IsThere: true));
            isKept = true;
        }
        finally
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            if (!isKept && !_wasThere[index]) // somebody may still read what was
            {
                Files.Disk.TryPunchHole(image.File, offset, chunk.Length);
            }
        }

        _wasThere[index] = true;
        Volatile.Write(ref _there[index], true);
        image.Trust(index);
    }

    private void Tell(int index)
    {
        CacheInstruments.Damaged.Add(1);
        lock (_lock)
        {
            if (!_told.Add(index))
            {
                return;
            }
        }

        _damages.Tell(Name.ToString(), index, Chunks.OffsetOf(index), Chunks[index].Length);
    }

    private void Forget(int index)
    {
        Volatile.Write(ref _there[index], false);
        try
        {
            _journal.Append(new JournalRecord(index, 0, IsThere: false));
        }
        catch (IOException)
        {
            // A record is a hint: whoever reads the one before it compares the chunk.
        }
    }
}
