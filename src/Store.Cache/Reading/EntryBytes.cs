using System.Runtime.CompilerServices;
using GlanceStore.Cache.Entries;
using GlanceStore.Cache.Files;
using GlanceStore.Formats;

namespace GlanceStore.Cache.Reading;

/// <summary>The bytes of an entry, each chunk fetched when it is read, or ahead of a reader that goes through them in order.</summary>
internal sealed class EntryBytes(EntryUse use, IOrigin origin, ImageCache cache) : ImageBytes
{
    // Whoever reads a chunk that is cut or damaged again and again while it is read has another trouble than the cache can mend.
    private const int MostTries = 3;

    // Of a minute each, unless it is set otherwise.
    private const int MostTurns = 5;

    private readonly CancellationTokenSource _ending = new();
    private int _last = -1;
    private long _aheadOf;

    private CacheEntry Entry => use.Entry;

    public ChunkManifest Chunks => Entry.Chunks;

    public override long Size => Entry.Size;

    public override Digest Digest => Entry.Name.Digest;

    public override string? Format => Entry.Name.Format;

    public override bool ReadsAhead { get; set; } = true;

    public override async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (!buffer.IsEmpty)
        {
            var index = Entry.Chunks.IndexAt(offset);
            var within = offset - Entry.Chunks.OffsetOf(index);
            var count = (int)Math.Min(buffer.Length, Entry.Chunks[index].Length - within);
            ReadAhead(index);
            await ReadAsync(index, within, buffer[..count], cancellationToken).ConfigureAwait(false);
            (offset, buffer) = (offset + count, buffer[count..]);
        }
    }

    public override async ValueTask FetchAsync(long offset, long length, CancellationToken cancellationToken)
    {
        if (length > 0)
        {
            ReadAhead(Entry.Chunks.IndexAt(offset));
        }

        for (var end = offset + length; offset < end;)
        {
            var index = Entry.Chunks.IndexAt(offset);
            if (!Entry.IsRight(index))
            {
                await IsKeptAsync(index, cancellationToken).ConfigureAwait(false);
            }

            offset = Entry.Chunks.OffsetOf(index) + Entry.Chunks[index].Length;
        }
    }

    // What is there and right is told as the file has it; of the rest nothing is known but that it is to be fetched.
    public override async IAsyncEnumerable<DiskExtent> ExtentsAsync(long offset, long length, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        var current = new DiskExtent(offset, 0, default);
        for (var end = offset + length; offset < end;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var index = Entry.Chunks.IndexAt(offset);
            var chunkEnd = Math.Min(end, Entry.Chunks.OffsetOf(index) + Entry.Chunks[index].Length);
            var (isData, next) = Entry.ExtentAt(index, offset, chunkEnd);
            var kind = isData ? DiskExtentKind.Data : DiskExtentKind.Zero;
            if (current.Length > 0 && current.Kind != kind)
            {
                yield return current;
                current = new DiskExtent(offset, 0, kind);
            }

            current = current with { Length = next - current.Offset, Kind = kind };
            offset = next;
        }

        if (current.Length > 0)
        {
            yield return current;
        }
    }

    public override Task FillAsync(long? bytesPerSecond, IProgress<TransferProgress>? progress, CancellationToken cancellationToken) =>
        cache.FillAsync(use, origin, bytesPerSecond, progress, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await use.DisposeAsync().ConfigureAwait(false);
        await origin.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask ReadAsync(int index, long within, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (!Entry.IsRight(index) && !await IsKeptAsync(index, cancellationToken).ConfigureAwait(false))
            {
                await ReadPastAsync(index, within, buffer, cancellationToken).ConfigureAwait(false);
                return;
            }

            if (await Entry.TryReadAsync(index, within, buffer, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }

        await ReadPastAsync(index, within, buffer, cancellationToken).ConfigureAwait(false); // what is written there is not given back
    }

    private async ValueTask<bool> IsKeptAsync(int index, CancellationToken cancellationToken)
    {
        try
        {
            return await TryEnsureAsync(index, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Error == StoreError.OutOfSpace || CacheErrors.SaysDiskFailed(e))
        {
            return false;
        }
    }

    // Many who wait for their turn of the memory wait longer than a transfer does: to a guest an error is worse than a block that comes late.
    private async Task<bool> TryEnsureAsync(int index, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await Entry.TryEnsureAsync(index, origin, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreException e) when (e.Error == StoreError.Throttled && tries < MostTurns)
            {
                // Once more.
            }
        }
    }

    // A guest goes on where the disk is full or fails, and where another process stands still with a chunk: that is verified as any, and not kept.
    private async ValueTask ReadPastAsync(int index, long within, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var stream = await origin.OpenAsync(Entry.Chunks.OffsetOf(index), Entry.Chunks[index].Length, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            stream.Seek(within, SeekOrigin.Current);
            await stream.ReadExactlyAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
    }

    // Once for each chunk that the reader comes to in order; what fails is told to whoever reads it.
    private void ReadAhead(int index)
    {
        var last = Interlocked.Exchange(ref _last, index);
        if (last == index || !ReadsAhead)
        {
            return;
        }

        if (last + 1 != index)
        {
            Interlocked.Exchange(ref _aheadOf, 0);
            return;
        }

        var most = Entry.Chunks.OffsetOf(index) + Entry.Chunks[index].Length + cache.Options.ReadAheadBytes;
        for (var next = index + 1; next < Entry.Chunks.Count && Entry.Chunks.OffsetOf(next) + Entry.Chunks[next].Length <= most; next++)
        {
            if (!Entry.IsRight(next) && Entry.Chunks.OffsetOf(next) >= Interlocked.Read(ref _aheadOf))
            {
                Interlocked.Exchange(ref _aheadOf, Entry.Chunks.OffsetOf(next) + 1);
                _ = FetchAheadAsync(next);
            }
        }
    }

    private async Task FetchAheadAsync(int index)
    {
        if (!_ending.IsCancellationRequested)
        {
            await ((Task)Entry.TryEnsureAsync(index, origin, _ending.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
