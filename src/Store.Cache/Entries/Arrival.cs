using System.Security.Cryptography;
using GlanceStore.Cache.Files;
using GlanceStore.Cache.Reading;
using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Cache.Entries;

/// <summary>A file whose chunks become known while it arrives, from its beginning to its end; nobody sees it before all of it is there and right.</summary>
/// <remarks>One that was broken off goes on behind the chunks that are there, after each of them was compared.</remarks>
/// <param name="name">The name it has until it is whole.</param>
/// <param name="origin">Where it comes from; where that is a store and it is read from the start, that verifies the digest.</param>
/// <param name="size">How long it is.</param>
internal sealed class Arrival(EntryName name, IOrigin origin, long size)
{
    private const long BytesOfChunk = 4 << 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>The digest of the whole; null where the origin is verified by itself.</summary>
    public Digest? Expected { get; init; }

    public IProgress<TransferProgress>? Progress { get; init; }

    /// <summary>What has to be over before the file is handed out; nothing by default.</summary>
    public Func<Task> Before { get; init; } = () => Task.CompletedTask;

    public EntryName Name => name;

    /// <summary>Gets all of it, once among all processes, and gives it its final name, unless another process does.</summary>
    public async Task RunAsync(CacheFolder folder, EntryTable table, CacheSpace space, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            var files = folder.FilesOf(name);
            using var lease = await LeaseAsync(folder, time, cancellationToken).ConfigureAwait(false);
            using var journal = Journal.TryOpen(files, time);
            if (journal is null)
            {
                return;
            }

            using var turn = await journal.TakeAsync(cancellationToken).ConfigureAwait(false);
            if (!files.Disk.IsStill(files.Lock, lease) || folder.HasWhole(name))
            {
                return; // whoever had the turn before has given it its name, or somebody removed it
            }

            using var image = files.Disk.Open(files.Image);
            files.Disk.Resize(image, size);
            var chunks = await FillAsync(files.Disk, image, journal, space, cancellationToken).ConfigureAwait(false);
            files.Disk.Flush(image, files.Image);
            ChunksFile.Write(files, new ChunkManifest(chunks), time.GetUtcNow());
            await Before().ConfigureAwait(false);
            table.TrySeal(files, lease, folder.FilesOf(name.Whole));
        }
        catch (Exception e) when (CacheErrors.From(e, $"keep {name}") is { } error)
        {
            throw error;
        }
    }

    private async Task<SafeFileHandle> LeaseAsync(CacheFolder folder, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (CacheFolder.TryLease(folder.Make(name)) is { } lease)
            {
                return Stamped(lease, folder.Disk, time);
            }

            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static SafeFileHandle Stamped(SafeFileHandle lease, HostDisk disk, TimeProvider time)
    {
        try
        {
            disk.Stamp(lease, time.GetUtcNow());
            return lease;
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    private async Task<List<ChunkEntry>> FillAsync(HostDisk disk, SafeFileHandle image, Journal journal, CacheSpace space, CancellationToken cancellationToken)
    {
        var known = new Dictionary<int, JournalRecord>();
        foreach (var record in journal.ReadNew())
        {
            known[record.Index] = record;
        }

        using var digest = Expected is null ? null : ContentDigest.Begin(Expected);
        var chunks = await KeptAsync(disk, image, known, digest, cancellationToken).ConfigureAwait(false);
        try
        {
            await ReceiveAsync(disk, image, journal, space, chunks, chunks.Count == 0 ? null : digest, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Error is StoreError.Corrupted or StoreError.SizeMismatch)
        {
            journal.Clear(); // nobody knows which part of it is wrong
            throw;
        }

        return chunks;
    }

    private async Task<List<ChunkEntry>> KeptAsync(
        HostDisk disk, SafeFileHandle image, Dictionary<int, JournalRecord> known, IncrementalHash? digest, CancellationToken cancellationToken)
    {
        var chunks = new List<ChunkEntry>();
        while (LengthOf(chunks.Count) is > 0 and var length && known.TryGetValue(chunks.Count, out var record) && record.IsThere
            && await ChunkBytes.TryChecksumAsync(disk, image, OffsetOf(chunks.Count), length, null, cancellationToken).ConfigureAwait(false) == record.Checksum)
        {
            if (digest is not null)
            {
                await ChunkBytes.ChecksumAsync(disk, image, OffsetOf(chunks.Count), length, digest, cancellationToken).ConfigureAwait(false);
            }

            chunks.Add(new ChunkEntry(length, record.Checksum));
        }

        return chunks;
    }

    private async Task ReceiveAsync(
        HostDisk disk, SafeFileHandle image, Journal journal, CacheSpace space, List<ChunkEntry> chunks, IncrementalHash? digest, CancellationToken cancellationToken)
    {
        var start = OffsetOf(chunks.Count);
        var stream = start < size || size == 0 ? await origin.OpenAsync(start, size - start, cancellationToken).ConfigureAwait(false) : Stream.Null;
        await using (stream.ConfigureAwait(false))
        {
            while (LengthOf(chunks.Count) is > 0 and var length)
            {
                var (index, offset) = (chunks.Count, OffsetOf(chunks.Count));
                var checksum = await ReceiveAsync(disk, image, space, stream, offset, length, digest, cancellationToken).ConfigureAwait(false);
                journal.Append(new JournalRecord(index, checksum, IsThere: true));
                chunks.Add(new ChunkEntry(length, checksum));
                Progress?.Report(new TransferProgress(offset + length, size));
            }

            await CheckEndAsync(stream, cancellationToken).ConfigureAwait(false);
        }

        if (digest is not null && ContentDigest.End(digest, Expected!) is var found && found != Expected)
        {
            throw new StoreException(StoreError.Corrupted, $"The image has the {found.Algorithm} digest {found.Hex} and {Expected!.Hex} was expected.");
        }
    }

    private async Task<ulong> ReceiveAsync(
        HostDisk disk, SafeFileHandle image, CacheSpace space, Stream stream, long offset, long length, IncrementalHash? digest, CancellationToken cancellationToken)
    {
        using var room = await space.TakeAsync(length, cancellationToken).ConfigureAwait(false);
        if (digest is null && await origin.IsHoleAsync(offset, length, cancellationToken).ConfigureAwait(false))
        {
            await ChunkBytes.WriteZerosAsync(disk, image, offset, length, cancellationToken).ConfigureAwait(false);
            stream.Position = offset + length;
            return ChunkBytes.ChecksumOfZeros(length);
        }

        return await ChunkBytes.WriteAsync(disk, image, offset, length, stream, digest, cancellationToken).ConfigureAwait(false);
    }

    // The read that would return nothing is the one that verifies what a store gave.
    private static async Task CheckEndAsync(Stream stream, CancellationToken cancellationToken)
    {
        if (await stream.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false) > 0)
        {
            throw new StoreException(StoreError.SizeMismatch, "The image has more bytes than it was said to have.");
        }
    }

    private static long OffsetOf(int index) => index * BytesOfChunk;

    private long LengthOf(int index) => Math.Clamp(size - OffsetOf(index), 0, BytesOfChunk);
}
