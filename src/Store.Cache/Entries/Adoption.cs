using GlanceStore.Cache.Files;
using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Cache.Entries;

/// <summary>A file from elsewhere that becomes an entry, if it is the image: its bytes are taken first and compared then, so that nobody changes them in between.</summary>
internal sealed class Adoption(EntryName name, ChunkManifest? chunks)
{
    private const long BytesOfChunk = 4 << 20;

    /// <returns>How it was taken over, in one sentence.</returns>
    /// <exception cref="StoreException"><see cref="StoreError.Corrupted"/>: it is not the image; <see cref="StoreError.AlreadyExists"/>: the image is here already.</exception>
    public async Task<string> RunAsync(SafeFileHandle file, CacheFolder folder, EntryTable table, CacheSpace space, TimeProvider time, CancellationToken cancellationToken)
    {
        if (folder.HasWhole(name))
        {
            throw AlreadyHere();
        }

        var files = folder.Make(name.Adopting);
        using var lease = CacheFolder.TryLease(files) ?? throw new StoreException(StoreError.InUse, "another process adopts this image right now");
        using var journal = Journal.TryOpen(files, time) ?? throw AlreadyHere();
        using var turn = await journal.TakeAsync(cancellationToken).ConfigureAwait(false);
        if (!files.Disk.IsStill(files.Lock, lease))
        {
            throw AlreadyHere(); // whoever had the turn before has given it its name, and its journal is that of the image
        }

        journal.Clear();
        var isAdopted = false;
        try
        {
            var method = await TakeAsync(file, files, journal, space, time, cancellationToken).ConfigureAwait(false);
            isAdopted = table.TrySeal(files, lease, folder.FilesOf(name.Whole));
            return !isAdopted ? "the image came into the cache meanwhile"
                : method == CloneMethod.Reflink ? "it is the image, and its blocks are shared" : "it is the image, and was copied";
        }
        finally
        {
            lease.Dispose();
            if (!isAdopted)
            {
                CacheFolder.TryRemove(files);
            }
        }
    }

    private async Task<CloneMethod> TakeAsync(
        SafeFileHandle file, EntryFiles files, Journal journal, CacheSpace space, TimeProvider time, CancellationToken cancellationToken)
    {
        using var room = await space.TakeAsync(files.Disk.LengthOf(file), cancellationToken).ConfigureAwait(false);
        files.Disk.Remove(files.Image);
        using var image = files.Disk.Open(files.Image, FileMode.CreateNew);
        var method = await FileCopy.CloneAsync(files.Disk, file, image, cancellationToken).ConfigureAwait(false);
        var found = await CompareAsync(files.Disk, image, journal, cancellationToken).ConfigureAwait(false);
        files.Disk.Flush(image, files.Image);
        ChunksFile.Write(files, found, time.GetUtcNow());
        return method;
    }

    private async Task<ChunkManifest> CompareAsync(HostDisk disk, SafeFileHandle image, Journal journal, CancellationToken cancellationToken)
    {
        var size = disk.LengthOf(image);
        var lengths = chunks?.Select(chunk => chunk.Length)
            ?? Enumerable.Range(0, (int)((size + BytesOfChunk - 1) / BytesOfChunk)).Select(index => Math.Min(BytesOfChunk, size - (index * BytesOfChunk)));
        using var digest = ContentDigest.Begin(name.Digest);
        var (offset, found) = (0L, new List<ChunkEntry>());
        foreach (var length in lengths)
        {
            var checksum = await ChunkBytes.ChecksumAsync(disk, image, offset, length, digest, cancellationToken).ConfigureAwait(false) ?? throw NotTheImage();
            journal.Append(new JournalRecord(found.Count, checksum, IsThere: true));
            found.Add(new ChunkEntry(length, checksum));
            offset += length;
        }

        return ContentDigest.End(digest, name.Digest) == name.Digest ? new ChunkManifest(found) : throw NotTheImage();
    }

    private StoreException AlreadyHere() => new(StoreError.AlreadyExists, $"the image of {name.Digest} is in the cache already");

    private StoreException NotTheImage() => new(StoreError.Corrupted, $"its bytes are not those of the image ({name.Digest.Algorithm}), so it was converted or has been changed");
}
