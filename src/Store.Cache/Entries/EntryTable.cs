using GlanceStore.Cache.Files;
using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Cache.Entries;

/// <summary>The entries that this process has open, each once, and how they are found, made and given their final name.</summary>
internal sealed class EntryTable(CacheFolder folder, CacheSpace space, DamageLog damages, ImageCacheOptions options)
{
    // Another process holds an entry alone for as long as it takes to remove some files.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<EntryName, CacheEntry> _open = [];

    /// <summary>Opens an entry whose chunks are known: what is there of it, where they are not given; null where there is nothing.</summary>
    public Task<EntryUse?> OpenAsync(EntryName name, ChunkManifest? chunks, CancellationToken cancellationToken) =>
        OpenAsync(name, chunks, static entry =>
        {
            entry.Stamp();
            entry.Begin();
        }, cancellationToken);

    /// <summary>Opens what is there of an entry to compare it, which is no use of it: what nobody used for long goes as soon as before.</summary>
    public Task<EntryUse?> OpenToCompareAsync(EntryName name, CancellationToken cancellationToken) =>
        OpenAsync(name, null, static entry => entry.Begin(), cancellationToken);

    /// <summary>Gives an entry the name of its content, under which all find it. False where another one has that name, or it was removed meanwhile.</summary>
    public bool TrySeal(CacheEntry entry)
    {
        entry.Flush();
        var isAt = false;
        lock (_lock)
        {
            var (name, files) = (entry.Name.Whole, folder.FilesOf(entry.Name.Whole));
            CacheErrors.Map($"name {files.Directory}", () => isAt = IsNamed(entry, files));
            return isAt && Move(entry, name, files);
        }
    }

    /// <summary>Gives the directory of an entry that nobody has open here its final name. False also where it is not the leased one any more: it was removed, and another one begun.</summary>
    public bool TrySeal(EntryFiles from, SafeFileHandle lease, EntryFiles to)
    {
        lock (_lock)
        {
            return from.Disk.IsStill(from.Lock, lease) && Name(from, to);
        }
    }

    public async ValueTask EndAsync(CacheEntry entry)
    {
        lock (_lock)
        {
            if (--entry.Users > 0)
            {
                return;
            }

            if (_open.TryGetValue(entry.Name, out var current) && current == entry)
            {
                _open.Remove(entry.Name);
            }
        }

        await entry.DisposeAsync().ConfigureAwait(false);
        RemoveWhereAnotherIsWhole(entry);
    }

    private async Task<EntryUse?> OpenAsync(EntryName name, ChunkManifest? chunks, Action<CacheEntry> begin, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (use, isBusy) = TryOpen(name, chunks);
            if (!isBusy && (use is null || await TryBeginAsync(use, begin).ConfigureAwait(false)))
            {
                return use;
            }

            await Task.Delay(Pause, options.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    // Where another one got the final name, nobody looks for this one any more.
    private void RemoveWhereAnotherIsWhole(CacheEntry entry)
    {
        try
        {
            if (!entry.Name.IsWhole && folder.HasWhole(entry.Name))
            {
                CacheFolder.TryRemove(entry.Files);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It goes when room is needed.
        }
    }

    private (EntryUse? Use, bool IsBusy) TryOpen(EntryName name, ChunkManifest? chunks)
    {
        lock (_lock)
        {
            if (_open.TryGetValue(name, out var entry) && !entry.IsStill)
            {
                _open.Remove(name); // its directory was removed; who uses it goes on with what is open
                entry = null;
            }

            if (entry is null)
            {
                (entry, var isBusy) = OpenNow(name, chunks);
                if (entry is null)
                {
                    return (null, isBusy);
                }

                _open[name] = entry;
            }

            entry.Users++;
            return (new EntryUse(this, entry), false);
        }
    }

    // False where another process has removed it since, or given it its final name.
    private async Task<bool> TryBeginAsync(EntryUse use, Action<CacheEntry> begin)
    {
        var hasBegun = false;
        try
        {
            lock (_lock)
            {
                CacheErrors.Map($"use {use.Entry.Files.Directory}", () => begin(use.Entry));
            }

            return hasBegun = true;
        }
        catch (StoreException) when (!use.Entry.IsStill)
        {
            return false;
        }
        finally
        {
            if (!hasBegun)
            {
                await use.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private (CacheEntry? Entry, bool IsBusy) OpenNow(EntryName name, ChunkManifest? chunks)
    {
        if (chunks is null && !folder.Has(name))
        {
            return (null, false);
        }

        CacheEntry? entry = null;
        var isBusy = false;
        CacheErrors.Map($"open {name} in '{folder.Path}'", () => (entry, isBusy) = OpenFiles(name, folder.Make(name), chunks));
        return (entry, isBusy);
    }

    private (CacheEntry? Entry, bool IsBusy) OpenFiles(EntryName name, EntryFiles files, ChunkManifest? chunks)
    {
        if (CacheFolder.TryLease(files) is not { } lease)
        {
            return (null, true);
        }

        try
        {
            if (chunks is not null && !TryKeep(files, lease, chunks))
            {
                lease.Dispose();
                return (null, true);
            }

            if ((chunks ?? ChunksFile.TryRead(files)) is { } kept)
            {
                return (new CacheEntry(name, files, lease, kept, space, damages, options), false);
            }
        }
        catch (IOException) when (!files.Disk.IsStill(files.Lock, lease))
        {
            lease.Dispose();
            return (null, true); // another process has given it its final name meanwhile
        }
        catch
        {
            lease.Dispose();
            throw;
        }

        lease.Dispose();
        CacheFolder.TryRemove(files); // without its chunks nothing can be told of it
        return (null, false);
    }

    // Several processes begin the same image at once, and what they write has the same name: one after the other. Nobody waits for them here, where all who open anything would.
    private bool TryKeep(EntryFiles files, SafeFileHandle lease, ChunkManifest chunks)
    {
        if (!files.Disk.TryLockRange(lease, 0, 1))
        {
            return false;
        }

        try
        {
            if (ChunksFile.TryRead(files) is not { } kept || !kept.SequenceEqual(chunks))
            {
                ChunksFile.Write(files, chunks, options.Time.GetUtcNow());
            }

            return true;
        }
        finally
        {
            files.Disk.UnlockRange(lease, 0, 1);
        }
    }

    // Another process may have come first with this very entry; and where its directory was removed, one that others began may be in its place.
    private static bool IsNamed(CacheEntry entry, EntryFiles files) =>
        entry.IsAt(files) || (entry.IsStill && Name(entry.Files, files)) || entry.IsAt(files);

    // What a kill left of a removal has that name, too.
    private static bool Name(EntryFiles from, EntryFiles to)
    {
        try
        {
            if (CacheFolder.IsWhole(to) || (to.Disk.Look(to.Directory) is not null && !CacheFolder.TryRemove(to)))
            {
                return false;
            }

            CheckNothingForeign(to);
            to.Disk.RenameDirectory(from.Directory, to.Directory);
            to.Disk.FlushName(to.Directory);
            return true;
        }
        catch (IOException e) when (e is not StoreException && !CacheErrors.IsOfDisk(e))
        {
            return false; // another process came first, or removed it
        }
    }

    private static void CheckNothingForeign(EntryFiles files)
    {
        if (files.Disk.Look(files.Directory) is not null && files.Disk.EntriesIn(files.Directory).Except(files.All).FirstOrDefault() is { } foreign)
        {
            throw new StoreException(StoreError.Refused, $"'{foreign}' is not the cache's, and is in the way of an image: move it elsewhere.");
        }
    }

    private bool Move(CacheEntry entry, EntryName name, EntryFiles files)
    {
        _open.Remove(entry.Name);
        entry.MoveTo(name, files);
        _open[name] = entry;
        return true;
    }
}
