using System.IO.Hashing;
using GlanceStore.Drivers;
using GlanceStore.Resilience;

namespace GlanceStore.Transfer;

/// <summary>
/// Fetches pieces of one image: opens its ranges, goes on at the same offset after a broken answer, in the same store pinned to the version
/// that was opened first or in another one, and verifies each piece that has a checksum.
/// </summary>
internal sealed class PieceFetcher(ReadSources sources, StoredObject image, long end) : IAsyncDisposable
{
    private const int SideBySide = 2;

    private Held? _held;

    /// <summary>How many pieces are worth fetching at once.</summary>
    public required int Lanes { get; init; }

    /// <summary>
    /// Whether a wrong byte would be found out, so that a store which tells no versions can be opened again, and another store can go on
    /// where one broke off.
    /// </summary>
    public required bool IsVerified { get; init; }

    /// <summary>Takes over the reader the image was opened with, which stands at <paramref name="position"/> and ends at <paramref name="rangeEnd"/>.</summary>
    public void Hold(ReadSource source, DriverReader reader, long position, long rangeEnd) => _held = new Held(source, reader, position, rangeEnd);

    /// <summary>Fills a buffer with a piece, from whichever store gives it.</summary>
    public async Task FetchAsync(ReadPiece piece, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var filled = new Filled(destination[..piece.Length]);
        while (true)
        {
            var (source, patience) = sources.Next() ?? throw sources.AllDead();
            try
            {
                await FetchAsync(source, patience, piece, filled, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (StoreException e) when (e.Error == StoreError.Corrupted && filled.IsMixed)
            {
                filled.Clear(); // which of the stores gave the wrong bytes, only a piece from this one alone can tell
            }
            catch (StoreException e) when (IsVerified && sources.FailOver(source, patience, e))
            {
                source.Store.Telemetry.FailedOver(source.Location, piece.Offset + filled.Count, e.Message);
                if (e.Error == StoreError.Corrupted)
                {
                    filled.Clear();
                }
            }
        }
    }

    /// <summary>Fills a buffer with a piece from one store, in one attempt and by an answer of its own; a failure is noted there.</summary>
    public async Task FetchAsideAsync(ReadSource source, ReadPiece piece, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var aside = new PieceFetcher(sources, image, end) { Lanes = SideBySide, IsVerified = IsVerified };
        try
        {
            await aside.FetchAsync(source, ReadPatience.Once, piece, new Filled(destination[..piece.Length]), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            sources.FailOver(source, ReadPatience.Once, e);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _held, null) is { } held)
        {
            await held.Reader.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task FetchAsync(ReadSource source, ReadPatience patience, ReadPiece piece, Filled filled, CancellationToken cancellationToken)
    {
        await FillAsync(source, patience, piece, filled, cancellationToken).ConfigureAwait(false);
        Verify(source, piece, filled.Bytes.Span);
        source.Store.Telemetry.Read(piece.Length);
        sources.Succeed(source, patience);
    }

    // Attempts are counted from the last byte that came: a body may break often, if it gets on. One that stalled has used up its time.
    private async Task FillAsync(ReadSource source, ReadPatience patience, ReadPiece piece, Filled filled, CancellationToken cancellationToken)
    {
        while (!filled.IsWhole)
        {
            var before = filled.Count;
            try
            {
                await source.RunAsync(patience, watch => FillAsync(source, piece, filled, watch), cancellationToken).ConfigureAwait(false);
            }
            catch (StoreException e) when (e.IsTransient && filled.Count > before && (patience == ReadPatience.Retry || e.Error != StoreError.Stalled))
            {
            }
        }
    }

    private async ValueTask<bool> FillAsync(ReadSource source, ReadPiece piece, Filled filled, StallWatch watch)
    {
        if (filled.Count > 0)
        {
            source.Store.Telemetry.Resumed(source.Location, piece.Offset + filled.Count);
        }

        var open = await OpenAtAsync(source, piece.Offset + filled.Count, piece.End, watch).ConfigureAwait(false);
        try
        {
            while (!filled.IsWhole)
            {
                filled.Add(source, await ReadAsync(source, open.Reader, filled.Rest, piece.Offset + filled.Count, watch).ConfigureAwait(false));
            }

            if (piece.End == open.End)
            {
                await EndOfRange.CheckAsync(open.Reader, source.Location, open.End, watch).ConfigureAwait(false);
            }
        }
        catch
        {
            await open.Reader.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        await KeepAsync(open with { Position = piece.End }, watch).ConfigureAwait(false);
        return true;
    }

    private async ValueTask<int> ReadAsync(ReadSource source, DriverReader reader, Memory<byte> destination, long offset, StallWatch watch)
    {
        var count = await watch.GuardAsync(token => reader.ReadAsync(destination, token)).ConfigureAwait(false);
        return count > 0
            ? count
            : throw new StoreException(StoreError.Unavailable, $"The store ended {source.Location} at byte {offset} of {image.Size}.") { IsTransient = true };
    }

    private async ValueTask<Held> OpenAtAsync(ReadSource source, long offset, long pieceEnd, StallWatch watch)
    {
        if (Interlocked.Exchange(ref _held, null) is { } held)
        {
            if (held.Position == offset && held.Source == source)
            {
                return held;
            }

            await held.Reader.DisposeAsync().ConfigureAwait(false);
        }

        var range = RangeFor(source, offset, Lanes == 1 ? end : pieceEnd);
        var reader = await source.OpenAsync(range, watch, IsVerified).ConfigureAwait(false);
        if (reader.Object.Size == image.Size)
        {
            return new Held(source, reader, offset, range is { Length: { } length } ? offset + length : image.Size);
        }

        await reader.DisposeAsync().ConfigureAwait(false);
        throw new StoreException(StoreError.Corrupted,
            $"The image at {source.Location} has {reader.Object.Size} bytes, and the one that was opened at {image.Location} has {image.Size}.");
    }

    private ByteRange? RangeFor(ReadSource source, long offset, long rangeEnd)
    {
        if (offset > 0 && !source.CanReadRanges)
        {
            throw new StoreException(StoreError.Unavailable,
                $"The store broke off {source.Location} and cannot go on at byte {offset}, because it reads no ranges.");
        }

        if (source.Stored is { VersionTag: null } && !IsVerified)
        {
            throw new StoreException(StoreError.Unsupported,
                $"The store tells no version of {source.Location}, so that reading cannot go on at byte {offset}: it might be another image. "
                + "With a receipt or a digest to verify it, it can.");
        }

        var whole = offset == 0 && rangeEnd == image.Size;
        return whole || !source.CanReadRanges ? null : new ByteRange(offset, rangeEnd - offset);
    }

    // Where pieces are fetched one after the other, the next one goes on with the same answer; not where that was called off at the last moment,
    // which gave the bytes and may have cost the connection.
    private async ValueTask KeepAsync(Held open, StallWatch watch)
    {
        var left = Lanes == 1 && open.Position < open.End && !watch.IsCalledOff ? Interlocked.Exchange(ref _held, open) : open;
        if (left is not null)
        {
            await left.Reader.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static void Verify(ReadSource source, ReadPiece piece, ReadOnlySpan<byte> bytes)
    {
        if (piece.Checksum is { } expected && XxHash3.HashToUInt64(bytes) != expected)
        {
            source.Store.Telemetry.VerificationFailed();
            throw new StoreException(StoreError.Corrupted,
                $"The bytes {piece.Offset}-{piece.End - 1} of {source.Location} are not those that were stored: chunk {piece.Index} has another checksum.");
        }
    }

    private sealed class Filled(Memory<byte> bytes)
    {
        private ReadSource? _source;

        public int Count { get; private set; }

        /// <summary>Whether bytes of several stores are in it.</summary>
        public bool IsMixed { get; private set; }

        public Memory<byte> Bytes => bytes;

        public bool IsWhole => Count == bytes.Length;

        public Memory<byte> Rest => bytes[Count..];

        public void Add(ReadSource source, int count)
        {
            IsMixed |= _source is not null && _source != source;
            _source = source;
            Count += count;
        }

        public void Clear() => (_source, IsMixed, Count) = (null, false, 0);
    }

    // A reader, where it stands, and where the range ends that it was opened with.
    private sealed record Held(ReadSource Source, DriverReader Reader, long Position, long End);
}
