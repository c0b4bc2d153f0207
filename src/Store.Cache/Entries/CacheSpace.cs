using GlanceStore.Cache.Files;

namespace GlanceStore.Cache.Entries;

/// <summary>The room that the entries of a cache have together, and who goes where it is needed: the one whose last use began first, never one in use.</summary>
internal sealed class CacheSpace(CacheFolder folder, long? maxBytes, TimeProvider time) : IDisposable
{
    // To look at all entries for every chunk is what a cache of many would do most of. So a part of the room that was found is given out
    // without looking again, for a while: other processes give theirs out of the same.
    private const int PartOfRoom = 8;
    private static readonly TimeSpan LongestUnseen = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1);
    private long _promised;
    private long _unseen;
    private long _seenAt;
    private int _removals;

    /// <summary>How often something was removed because a disk was full.</summary>
    public int Removals => Volatile.Read(ref _removals);

    /// <summary>Makes room, and keeps it until it is disposed: by then the bytes are on the disk and count themselves.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.OutOfSpace"/>: all that could go is gone.</exception>
    public async ValueTask<IDisposable> TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (maxBytes is { } most && !HasRoom(most, bytes))
            {
                throw new StoreException(StoreError.OutOfSpace,
                    $"The cache in '{folder.Path}' has no room for {bytes} bytes more: it may hold {most}, and what is left in it is in use. Raise MaxBytes.");
            }

            Interlocked.Add(ref _promised, bytes);
            return new Promise(this, bytes);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Removes entries until no more than this is left, or until all that are left are in use.</summary>
    public async Task<IReadOnlyList<EntryName>> TrimAsync(long bytes, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var removed = new List<EntryName>();
            TrimTo(bytes, removed);
            return removed;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Removes the entry that was not used for longest, unless one was removed meanwhile for another who found the disk full.</summary>
    /// <param name="seen">What <see cref="Removals"/> was before it was found full.</param>
    /// <param name="cancellationToken">Ends the wait for a turn.</param>
    /// <returns>False where all are in use.</returns>
    public async Task<bool> TryRemoveOneAsync(int seen, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_removals == seen && ByUse().Any(entry => TryRemove(folder.FilesOf(entry))))
            {
                Volatile.Write(ref _removals, seen + 1);
            }

            return _removals != seen;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private bool HasRoom(long most, long bytes)
    {
        if (bytes <= _unseen && time.GetElapsedTime(_seenAt) < LongestUnseen)
        {
            _unseen -= bytes;
            return true;
        }

        _seenAt = time.GetTimestamp();
        var left = TrimTo(most - Interlocked.Read(ref _promised) - bytes);
        _unseen = Math.Max(0, left) / PartOfRoom;
        return left >= 0;
    }

    // How much less than that is left; below zero where all that could go is gone.
    private long TrimTo(long bytes, List<EntryName>? removed = null)
    {
        var used = folder.Entries().Sum(entry => folder.FilesOf(entry).AllocatedBytes);
        foreach (var entry in used > bytes ? ByUse() : [])
        {
            var files = folder.FilesOf(entry);
            var size = files.AllocatedBytes;
            if (TryRemove(files))
            {
                removed?.Add(entry);
                used -= size;
            }

            if (used <= bytes)
            {
                break;
            }
        }

        return bytes - used;
    }

    // One that the disk does not let go is no reason to keep the others.
    private static bool TryRemove(EntryFiles files)
    {
        try
        {
            return CacheFolder.TryRemove(files);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private IEnumerable<EntryName> ByUse() => folder.Entries().OrderBy(entry => folder.Disk.LastStamp(folder.FilesOf(entry).Lock)).ToList();

    private sealed class Promise(CacheSpace space, long bytes) : IDisposable
    {
        private long _bytes = bytes;

        public void Dispose() => Interlocked.Add(ref space._promised, -Interlocked.Exchange(ref _bytes, 0));
    }
}
