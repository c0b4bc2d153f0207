using System.Numerics;
using GlanceStore.Diagnostics;
using GlanceStore.Digests;
using GlanceStore.Drivers;

namespace GlanceStore.Transfer;

/// <summary>
/// One get, from one store or from the best of several: opens the image, decides in which pieces it is fetched and with what they are
/// verified, and makes the stream.
/// </summary>
internal sealed class GetPipeline(ReadSources sources, ReadSource source, ReadPatience patience, ReadOptions read, long mostPlainBytes, SignatureCheck? signature)
{
    /// <summary>Without a manifest nothing depends on a piece's length: enough to keep requests few, little enough for many readers.</summary>
    public const long MostPlainBytes = 8 << 20;

    private const long LeastPlainBytes = 32 << 10;
    private static readonly TimeSpan LeastHedgeAfter = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan MostHedgeAfter = TimeSpan.FromDays(1);

    // Pieces that memory keeps shorter than this are not worth a request each: one answer gives all of them.
    private const long LeastBytesOfRequest = 1 << 20;

    private readonly DriverCapabilities _limits = source.Store.Can;
    private readonly TransferBudget _budget = source.Store.Budget;
    private readonly ReadMemory _memory = new(source.Store.Budget, source.Store.Options.StallTimeout, source.Store.Time);
    private int _lanes = 1;

    /// <summary>Opens the image in the first of the stores that gives it. The stream owns the sources from then on.</summary>
    public static async Task<ImageReadStream> OpenAsync(ReadSources sources, ReadOptions read, long mostPlainBytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (source, patience) = sources.Next() ?? throw sources.AllDead();
            var pipeline = new GetPipeline(sources, source, patience, read, mostPlainBytes, SignatureCheck.Of(read.Signature, source.Store.Time));
            try
            {
                return await source.Store.Telemetry.BeginAsync("read", source.Location, operation =>
                    pipeline.OpenAsync(operation, cancellationToken), cancellationToken).ConfigureAwait(false);
            }
            catch (StoreException e) when (sources.FailOver(source, patience, e))
            {
                source.Store.Telemetry.FailedOver(source.Location, read.Range?.Offset ?? 0, e.Message);
            }
        }
    }

    private async Task<ImageReadStream> OpenAsync(StoreOperation operation, CancellationToken cancellationToken)
    {
        Check();
        var pieceBytes = Math.Max(1, read.Manifest?.LargestChunk ?? PlainBytes());
        _lanes = LanesFor(pieceBytes);
        var own = await _memory.RentAsync(pieceBytes, cancellationToken).ConfigureAwait(false);
        try
        {
            return await OpenAsync(pieceBytes, own, operation, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            own.Release();
            throw;
        }
    }

    private async Task<ImageReadStream> OpenAsync(long pieceBytes, ChunkBuffer own, StoreOperation operation, CancellationToken cancellationToken)
    {
        var first = FirstRange(pieceBytes);
        var reader = await OpenReaderAsync(first, cancellationToken).ConfigureAwait(false);
        try
        {
            var stored = reader.Object with { Location = source.Location };
            var layout = LayoutOf(stored, pieceBytes);
            var (start, end) = read.Range?.Within(stored.Size) is { } part ? (part.Offset, part.Offset + part.Length!.Value) : (0, stored.Size);
            var fetcher = new PieceFetcher(sources, stored, EndOfPieces(layout, end)) { Lanes = _lanes, IsVerified = read.Manifest is not null || HasDigest };
            await HoldAsync(fetcher, reader, first, stored.Size, cancellationToken).ConfigureAwait(false);
            if (!fetcher.IsVerified)
            {
                // Bytes of two stores are never mixed where nothing would show that they are not of the same image.
                sources.SettleOn(source);
            }

            sources.Succeed(source, patience);
            var pieces = new PieceQueue(layout, end, Hedged(fetcher), _memory, own);
            if (_limits.CanReadRanges && (stored.VersionTag is not null || fetcher.IsVerified))
            {
                _budget.Remember(pieces); // what it gives back, it can fetch again
            }

            var digest = HasDigest ? new WholeDigest(read.ExpectedDigests, signature, stored.Size) : null; // last: it holds what only the stream disposes
            var image = new OpenImage(stored, start, end, read.Manifest is not null, _limits.CanReadRanges && signature is null, read.LendsPieces);
            return new VerifiedReadStream(image, pieces, digest, new TransferCount(read.Progress, end - start), new MemoryCharge(_budget), operation, sources);
        }
        catch
        {
            await reader.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // Of an empty image nothing is fetched, so its end is looked at here.
    private async ValueTask HoldAsync(PieceFetcher fetcher, DriverReader reader, ByteRange? first, long size, CancellationToken cancellationToken)
    {
        if (size == 0)
        {
            using var watch = source.Store.Retry.Watch(cancellationToken);
            await EndOfRange.CheckAsync(reader, source.Location, size, watch).ConfigureAwait(false);
        }

        var position = first?.Offset ?? 0;
        fetcher.Hold(source, reader, position, position + Math.Min(first?.Length ?? long.MaxValue, size - position));
    }

    private HedgedFetcher Hedged(PieceFetcher fetcher) =>
        new(fetcher, sources, _budget, read.HedgeAfter is { } after ? new HedgeLimit(after, source.Store.Time) : null);

    private bool HasDigest => read.ExpectedDigests.Count > 0 || signature is not null;

    private long AskedBytes => read.Range?.Length ?? long.MaxValue;

    // As the backend likes it, but no more than a quarter of what is left, so that the next reader finds something too, nor than is asked for.
    private long PlainBytes()
    {
        var suits = Math.Min(_limits.PreferredChunkBytes, mostPlainBytes);
        var most = Math.Max(LeastPlainBytes, Math.Min(_budget.SpareForReads / 4, suits));
        var enough = (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Clamp(AskedBytes, LeastPlainBytes, MostPlainBytes));
        return Math.Min(most < 1 << 20 ? 1L << BitOperations.Log2((ulong)most) : most >> 20 << 20, enough);
    }

    private int LanesFor(long pieceBytes) =>
        _limits.CanReadRanges && (read.Manifest is not null || pieceBytes >= Math.Min(AskedBytes, LeastBytesOfRequest)) ? source.Store.Parallelism : 1;

    // Pieces are fetched whole, also the one that a range ends in.
    private static long EndOfPieces(ReadLayout layout, long end) => end > 0 ? layout[layout.IndexAt(end - 1)].End : 0;

    private void Check()
    {
        if (read.HedgeAfter < LeastHedgeAfter || read.HedgeAfter > MostHedgeAfter)
        {
            throw new ArgumentException("HedgeAfter is not a time span from 1 millisecond to 1 day.", nameof(read));
        }

        if (read.Range is not null && HasDigest)
        {
            throw new ArgumentException("The digest and the signature of the whole image cannot be checked on a range of it.", nameof(read));
        }

        if (read.Range is not null && !_limits.CanReadRanges)
        {
            throw new StoreException(StoreError.Unsupported, "This store reads whole images only, not ranges of them.");
        }

        foreach (var expected in read.ExpectedDigests)
        {
            _ = DigestAlgorithms.NameOf(expected.Algorithm);
        }

        if (read.Manifest is { } manifest && manifest.LargestChunk > _budget.LargestChunk)
        {
            throw new StoreException(StoreError.TooLarge,
                $"Verifying this image takes a buffer of {manifest.LargestChunk} bytes, and half of the memory budget holds {_budget.LargestChunk}: "
                + $"raise MaxBufferBytes to at least {(Int128)2 * manifest.LargestChunk}.");
        }
    }

    // The first answer also tells the size. Where pieces are fetched side by side it is asked for the first piece only.
    private ByteRange? FirstRange(long pieceBytes)
    {
        var start = read.Range?.Offset ?? 0;
        long? length = pieceBytes;
        if (read.Manifest is { Size: > 0 } manifest)
        {
            var index = manifest.IndexAt((read.Range ?? new ByteRange(start)).Within(manifest.Size).Offset);
            (start, length) = (manifest.OffsetOf(index), manifest[index].Length);
        }

        start -= read.Manifest is null ? start % pieceBytes : 0;
        length = _lanes == 1 ? EndOfPieces(pieceBytes) - start : length;
        return (start, length) is (0, null) ? null : new ByteRange(start, length > long.MaxValue - start ? null : length);
    }

    // Where the last piece of the range ends, perhaps beyond the image; null where it ends with the image.
    private long? EndOfPieces(long pieceBytes)
    {
        if (read.Range is not { Offset: var offset, Length: { } length })
        {
            return null;
        }

        var last = offset + length - 1;
        return read.Manifest is not { } manifest
            ? last > long.MaxValue - pieceBytes ? null : ((last / pieceBytes) + 1) * pieceBytes
            : last >= manifest.Size ? null : EndOfPieces(new ReadLayout(manifest), last + 1);
    }

    private async ValueTask<DriverReader> OpenReaderAsync(ByteRange? first, CancellationToken cancellationToken)
    {
        try
        {
            return await OpenRangeAsync(first).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Error == StoreError.InvalidRange && first is not null && read.Range is null)
        {
            return await OpenRangeAsync(null).ConfigureAwait(false); // an empty image has no first byte
        }

        ValueTask<DriverReader> OpenRangeAsync(ByteRange? range) =>
            source.RunAsync(patience, watch => source.OpenAsync(range, watch, read.Manifest is not null), cancellationToken);
    }

    private ReadLayout LayoutOf(StoredObject stored, long pieceBytes)
    {
        if (read.Manifest is not { } manifest)
        {
            return new ReadLayout(stored.Size, pieceBytes);
        }

        if (manifest.Size != stored.Size)
        {
            source.Store.Telemetry.VerificationFailed();
            throw new StoreException(StoreError.Corrupted,
                $"The image at {stored.Location} has {stored.Size} bytes, and {manifest.Size} were stored: it was cut, extended or replaced.");
        }

        return new ReadLayout(manifest);
    }
}
