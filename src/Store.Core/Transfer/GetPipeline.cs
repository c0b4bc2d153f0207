using System.Numerics;
using GlanceStore.Diagnostics;
using GlanceStore.Drivers;
using GlanceStore.Resilience;

namespace GlanceStore.Transfer;

/// <summary>One get: opens the image, decides in which pieces it is fetched and with what they are verified, and makes the stream.</summary>
internal sealed class GetPipeline(StoreDriver driver, ImageStoreOptions options, TransferBudget budget, Retry retry, StoreTelemetry telemetry,
    TimeProvider time)
{
    // Without a manifest nothing depends on a piece's length: enough to keep requests few, little enough for many readers.
    private const long MostPlainBytes = 4 << 20;
    private const long LeastPlainBytes = 32 << 10;

    private readonly DriverCapabilities _limits = driver.Info.Capabilities;

    public async Task<ImageReadStream> OpenAsync(
        ImageLocation location, ReadOptions read, StoreOperation operation, IAsyncDisposable use, CancellationToken cancellationToken)
    {
        Check(read);
        var pieceBytes = Math.Max(1, read.Manifest?.LargestChunk ?? PlainBytes(read.Range?.Length ?? MostPlainBytes));
        var own = await RentAsync(pieceBytes, cancellationToken).ConfigureAwait(false);
        try
        {
            return await OpenAsync(location, read, pieceBytes, own, operation, use, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            own.Release();
            throw;
        }
    }

    private async Task<ImageReadStream> OpenAsync(
        ImageLocation location, ReadOptions read, long pieceBytes, ChunkBuffer own, StoreOperation operation, IAsyncDisposable use,
        CancellationToken cancellationToken)
    {
        var first = FirstRange(read, pieceBytes);
        var reader = await OpenReaderAsync(location, first, read, cancellationToken).ConfigureAwait(false);
        try
        {
            var digest = read.ExpectedDigests.Count > 0 ? new WholeDigest(read.ExpectedDigests, reader.Object.Size) : null;
            var stored = reader.Object with { Location = location };
            var layout = LayoutOf(stored, read, pieceBytes);
            var (start, end) = read.Range?.Within(stored.Size) is { } part ? (part.Offset, part.Offset + part.Length!.Value) : (0, stored.Size);
            var fetcher = new PieceFetcher(driver, stored, end, retry, telemetry) { Lanes = Lanes, IsVerified = read.Manifest is not null || digest is not null };
            fetcher.Hold(reader, first?.Offset ?? 0);
            return new VerifiedReadStream(new OpenImage(stored, start, end, read.Manifest is not null, _limits.CanReadRanges),
                new PieceQueue(layout, end, fetcher, budget, own), digest, new TransferCount(read.Progress, end - start), operation, use);
        }
        catch
        {
            await reader.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // No more than a quarter of what is left, so that the next reader finds something too, nor than is asked for.
    private long PlainBytes(long asked)
    {
        var most = Math.Max(LeastPlainBytes, Math.Min(budget.SpareForReads / 4, MostPlainBytes));
        var enough = (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Clamp(asked, LeastPlainBytes, MostPlainBytes));
        return Math.Min(1L << BitOperations.Log2((ulong)most), enough);
    }

    // A caller that opens more reads than there is memory for, and disposes none, would wait for itself.
    private async ValueTask<ChunkBuffer> RentAsync(long bytes, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(options.StallTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return await budget.RentAsync(bytes, BufferUse.Read, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StoreException(StoreError.Throttled,
                $"No buffer of {bytes} bytes came free within {options.StallTimeout.TotalSeconds:0.#} seconds, because other transfers hold them all: "
                + $"dispose what is read, or raise MaxBufferBytes from {budget.Bytes}.") { IsTransient = true };
        }
    }

    private int Lanes => _limits.CanReadRanges ? Math.Max(1, Math.Min(options.Parallelism, _limits.MaxParallelChunks)) : 1;

    private void Check(ReadOptions read)
    {
        if (read.Range is not null && read.ExpectedDigests.Count > 0)
        {
            throw new ArgumentException("The digest of the whole image cannot be checked on a range of it.", nameof(read));
        }

        if (read.Range is not null && !_limits.CanReadRanges)
        {
            throw new StoreException(StoreError.Unsupported, "This store reads whole images only, not ranges of them.");
        }

        foreach (var expected in read.ExpectedDigests)
        {
            _ = DigestAlgorithms.NameOf(expected.Algorithm);
        }

        if (read.Manifest is { } manifest && manifest.LargestChunk > budget.LargestChunk)
        {
            throw new StoreException(StoreError.TooLarge,
                $"Verifying this image takes a buffer of {manifest.LargestChunk} bytes, and half of the memory budget holds {budget.LargestChunk}: "
                + $"raise MaxBufferBytes to at least {(Int128)2 * manifest.LargestChunk}.");
        }
    }

    // The first answer also tells the size. Where pieces are fetched side by side it is asked for the first piece only.
    private ByteRange? FirstRange(ReadOptions read, long pieceBytes)
    {
        var start = read.Range?.Offset ?? 0;
        var length = pieceBytes;
        if (read.Manifest is { Size: > 0 } manifest)
        {
            var index = manifest.IndexAt(new ByteRange(start).Within(manifest.Size).Offset);
            (start, length) = (manifest.OffsetOf(index), manifest[index].Length);
        }

        start -= read.Manifest is null ? start % pieceBytes : 0;
        return (Lanes, start) is (1, 0) ? null : new ByteRange(start, Lanes == 1 || length > long.MaxValue - start ? null : length);
    }

    private async ValueTask<DriverReader> OpenReaderAsync(ImageLocation location, ByteRange? first, ReadOptions read, CancellationToken cancellationToken)
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
            retry.RunAsync(token => driver.OpenReadAsync(location, new ReadIntent(range), token), cancellationToken);
    }

    private ReadLayout LayoutOf(StoredObject stored, ReadOptions read, long pieceBytes)
    {
        if (read.Manifest is not { } manifest)
        {
            return new ReadLayout(stored.Size, pieceBytes);
        }

        if (manifest.Size != stored.Size)
        {
            telemetry.VerificationFailed();
            throw new StoreException(StoreError.Corrupted,
                $"The image at {stored.Location} has {stored.Size} bytes, and {manifest.Size} were stored: it was cut, extended or replaced.");
        }

        return new ReadLayout(manifest);
    }
}
