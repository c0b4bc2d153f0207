using System.IO.Hashing;
using GlanceStore.Diagnostics;
using GlanceStore.Drivers;
using GlanceStore.Resilience;

namespace GlanceStore.Transfer;

/// <summary>
/// Fetches pieces of one stored image: opens its ranges, goes on at the same offset after a broken answer, pinned to the version that was
/// opened first, and verifies each piece that has a checksum.
/// </summary>
internal sealed class PieceFetcher(
    StoreDriver driver, StoredObject stored, long end, Retry retry, StoreTelemetry telemetry) : IAsyncDisposable
{
    private readonly bool _ranges = driver.Info.Capabilities.CanReadRanges;
    private Held? _held;

    /// <summary>How many pieces are worth fetching at once.</summary>
    public required int Lanes { get; init; }

    /// <summary>Takes over the reader the image was opened with, which stands at <paramref name="position"/>.</summary>
    public void Hold(DriverReader reader, long position) => _held = new Held(reader, position);

    /// <summary>Fills a buffer with a piece. Attempts are counted from the last byte that came: a body may break often, if it gets on.</summary>
    public async Task FetchAsync(ReadPiece piece, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var filled = new Filled(destination[..piece.Length]);
        while (!filled.IsWhole)
        {
            var before = filled.Count;
            try
            {
                await retry.RunWatchedAsync(watch => FillAsync(piece, filled, watch), cancellationToken).ConfigureAwait(false);
            }
            catch (StoreException e) when (e.IsTransient && filled.Count > before)
            {
            }
        }

        Verify(piece, destination.Span[..piece.Length]);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _held, null) is { } held)
        {
            await held.Reader.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> FillAsync(ReadPiece piece, Filled filled, StallWatch watch)
    {
        if (filled.Count > 0)
        {
            telemetry.Resumed(stored.Location, piece.Offset + filled.Count);
        }

        var reader = await ReaderAtAsync(piece.Offset + filled.Count, piece.End, watch).ConfigureAwait(false);
        try
        {
            while (!filled.IsWhole)
            {
                filled.Count += await ReadAsync(reader, filled.Rest, piece.Offset + filled.Count, watch).ConfigureAwait(false);
            }
        }
        catch
        {
            await reader.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        await KeepAsync(reader, piece.End).ConfigureAwait(false);
        return true;
    }

    private async ValueTask<int> ReadAsync(DriverReader reader, Memory<byte> destination, long offset, StallWatch watch)
    {
        var count = await watch.GuardAsync(token => reader.ReadAsync(destination, token)).ConfigureAwait(false);
        return count > 0
            ? count
            : throw new StoreException(StoreError.Unavailable, $"The store ended {stored.Location} at byte {offset} of {stored.Size}.") { IsTransient = true };
    }

    private async ValueTask<DriverReader> ReaderAtAsync(long offset, long pieceEnd, StallWatch watch)
    {
        if (Interlocked.Exchange(ref _held, null) is { } held)
        {
            if (held.Position == offset)
            {
                return held.Reader;
            }

            await held.Reader.DisposeAsync().ConfigureAwait(false);
        }

        var reader = await watch.GuardAsync(
            token => driver.OpenReadAsync(stored.Location, IntentFor(offset, Lanes == 1 ? end : pieceEnd), token)).ConfigureAwait(false);
        if (reader.Object.Size == stored.Size && reader.Object.VersionTag == stored.VersionTag)
        {
            return reader;
        }

        await reader.DisposeAsync().ConfigureAwait(false);
        throw new StoreException(StoreError.Changed, $"The image at {stored.Location} was replaced while it was being read.");
    }

    private ReadIntent IntentFor(long offset, long rangeEnd)
    {
        if (offset > 0 && !_ranges)
        {
            throw new StoreException(StoreError.Unavailable,
                $"The store broke off {stored.Location} and cannot go on at byte {offset}, because it reads no ranges.");
        }

        var whole = offset == 0 && rangeEnd == stored.Size;
        return new ReadIntent(whole || !_ranges ? null : new ByteRange(offset, rangeEnd - offset), stored.VersionTag);
    }

    // Where pieces are fetched one after the other, the next one goes on with the same answer.
    private async ValueTask KeepAsync(DriverReader reader, long position)
    {
        if (Lanes == 1 && position < end)
        {
            _held = new Held(reader, position);
            return;
        }

        await reader.DisposeAsync().ConfigureAwait(false);
    }

    private void Verify(ReadPiece piece, ReadOnlySpan<byte> bytes)
    {
        if (piece.Checksum is { } expected && XxHash3.HashToUInt64(bytes) != expected)
        {
            telemetry.VerificationFailed();
            throw new StoreException(StoreError.Corrupted,
                $"The bytes {piece.Offset}-{piece.End - 1} of {stored.Location} are not those that were stored: chunk {piece.Index} has another checksum.");
        }
    }

    private sealed class Filled(Memory<byte> bytes)
    {
        public int Count { get; set; }

        public bool IsWhole => Count == bytes.Length;

        public Memory<byte> Rest => bytes[Count..];
    }

    private sealed record Held(DriverReader Reader, long Position);
}
