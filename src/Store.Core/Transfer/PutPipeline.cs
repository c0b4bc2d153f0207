using System.IO.Hashing;
using System.Runtime.CompilerServices;
using GlanceStore.Diagnostics;
using GlanceStore.Drivers;
using GlanceStore.Resilience;

namespace GlanceStore.Transfer;

/// <summary>
/// One put: the source is cut into chunks; each goes at the same time to the digests, in order, and to the driver, several at once; when
/// all have arrived and all checks have passed, one commit makes them an image.
/// </summary>
internal sealed class PutPipeline(
    StoreDriver driver, ImageStoreOptions options, TransferBudget budget, Retry retry, StoreTelemetry telemetry)
{
    private readonly Publication _publication = new(driver, retry, telemetry);
    private readonly DriverCapabilities _limits = driver.Info.Capabilities;

    public async Task<ImageReceipt> RunAsync(string storeId, ImageId id, Stream source, PutOptions put, CancellationToken cancellationToken)
    {
        var size = SizeOf(source, put);
        var digests = new DigestSet(AlgorithmsOf(put));
        await using var digestsUntilTheEnd = digests.ConfigureAwait(false);
        using var chunks = new ChunkSource(source, PlanFor(size.Declared), size, budget);
        var first = await chunks.FirstAsync(cancellationToken).ConfigureAwait(false);
        var intent = new WriteIntent(put.Mode, first.IsLast ? first.Length : size.Declared);
        var transfer = new Transfer(id, intent, put, digests, new TransferCount(put.Progress, intent.Size, telemetry.Written));
        var (stored, summary) = first.IsLast
            ? await PutWholeAsync(transfer, first, cancellationToken).ConfigureAwait(false)
            : await PutChunksAsync(transfer, chunks, cancellationToken).ConfigureAwait(false);
        return new ImageReceipt(stored.Location with { StoreId = storeId, Secret = null }, summary.Size, summary.Chunks)
        {
            Checksum = put.ComputeMd5 ? summary.Digests.First(digest => digest.Algorithm == "md5") : null,
            MultiHash = summary.Digests.First(digest => digest.Algorithm == put.HashAlgorithm),
            Metadata = MetadataOf(stored, put, storeId),
        };
    }

    private async Task<(StoredObject, WriteSummary)> PutWholeAsync(Transfer transfer, SourceChunk image, CancellationToken cancellationToken)
    {
        transfer.Digests.Append(image.Buffer, image.Length);
        var chunk = ChunkOf(image);
        var entries = new ChunkEntries();
        entries.Set(chunk);
        var summary = entries.Summarize(await CheckedDigestsAsync(transfer).ConfigureAwait(false));
        var stored = await _publication.PublishAsync(driver.LocationOf(transfer.Id), summary,
            token => driver.WriteWholeAsync(transfer.Id, transfer.Intent, chunk, summary, token), chunk.Length, cancellationToken).ConfigureAwait(false);
        transfer.Count.Add(chunk.Length);
        return (stored, summary);
    }

    private async Task<(StoredObject, WriteSummary)> PutChunksAsync(Transfer transfer, ChunkSource chunks, CancellationToken cancellationToken)
    {
        var writer = await OpenAsync(transfer, cancellationToken).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            var entries = new ChunkEntries();
            await Parallel.ForEachAsync(
                DigestedAsync(chunks, transfer.Digests, cancellationToken),
                new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
                (chunk, token) => WriteAsync(writer, chunk, entries, transfer.Count, token)).ConfigureAwait(false);
            var summary = entries.Summarize(await CheckedDigestsAsync(transfer).ConfigureAwait(false));
            var stored = await _publication.PublishAsync(
                writer.Location, summary, token => writer.CommitAsync(summary, token), 0, cancellationToken).ConfigureAwait(false);
            return (stored, summary);
        }
    }

    // Hours of upload should not end in "already exists": look before they begin. The commit decides all the same.
    private async ValueTask<DriverWriter> OpenAsync(Transfer transfer, CancellationToken cancellationToken)
    {
        var (id, intent) = (transfer.Id, transfer.Intent);
        if (intent.Mode == WriteMode.CreateNew
            && await retry.RunAsync(token => driver.FindAsync(driver.LocationOf(id), token), cancellationToken).ConfigureAwait(false) is { } taken)
        {
            throw new StoreException(StoreError.AlreadyExists, $"There is an image at {taken.Location} already.");
        }

        return await retry.RunAsync(token => driver.OpenWriteAsync(id, intent, token), cancellationToken).ConfigureAwait(false);
    }

    private static async IAsyncEnumerable<SourceChunk> DigestedAsync(
        ChunkSource chunks, DigestSet digests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var chunk in chunks.AllAsync(cancellationToken).ConfigureAwait(false))
        {
            digests.Append(chunk.Buffer, chunk.Length);
            yield return chunk;
        }
    }

    private async ValueTask WriteAsync(
        DriverWriter writer, SourceChunk source, ChunkEntries entries, TransferCount progress, CancellationToken cancellationToken)
    {
        try
        {
            var chunk = ChunkOf(source);
            entries.Set(chunk);
            await retry.RunAsync(async token =>
            {
                await writer.WriteChunkAsync(chunk, token).ConfigureAwait(false);
                return true;
            }, cancellationToken, chunk.Length).ConfigureAwait(false);
            progress.Add(chunk.Length);
        }
        finally
        {
            source.Buffer.Release();
        }
    }

    private Chunk ChunkOf(SourceChunk source)
    {
        var bytes = source.Bytes;
        return new Chunk(source.Index, source.Offset, bytes, XxHash3.HashToUInt64(bytes.Span), source.IsLast)
        {
            Digest = _limits.ChunkDigest is { } algorithm ? DigestSet.Hash(algorithm, bytes.Span) : default,
        };
    }

    private static async Task<IReadOnlyList<Digest>> CheckedDigestsAsync(Transfer transfer)
    {
        var computed = await transfer.Digests.CompleteAsync().ConfigureAwait(false);
        foreach (var expected in transfer.Put.ExpectedDigests)
        {
            var actual = computed.First(digest => digest.Algorithm == expected.Algorithm);
            if (actual != expected)
            {
                throw new StoreException(StoreError.Corrupted,
                    $"The source has the {expected.Algorithm} digest {actual.Hex} and {expected.Hex} was expected, so nothing was stored.");
            }
        }

        return computed;
    }

    private int Parallelism => Math.Max(1, Math.Min(options.Parallelism, _limits.MaxParallelChunks));

    private static IEnumerable<string> AlgorithmsOf(PutOptions put) =>
        [.. put.ComputeMd5 ? ["md5"] : Array.Empty<string>(), put.HashAlgorithm, .. put.ExpectedDigests.Select(digest => digest.Algorithm)];

    // A file tells its length; one of length 0 may be a device or a pipe in disguise, which tells nothing.
    private SizeContract SizeOf(Stream source, PutOptions put)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(put.ExpectedSize ?? 0, nameof(put.ExpectedSize));
        ArgumentOutOfRangeException.ThrowIfNegative(put.MaxSize ?? 0, nameof(put.MaxSize));
        var told = source.CanSeek && source.Length > source.Position ? source.Length - source.Position : (long?)null;
        var size = new SizeContract(put.ExpectedSize ?? told, Math.Min(put.MaxSize ?? long.MaxValue, _limits.MaxImageBytes));
        size.CheckDeclared();
        return _limits.NeedsSize && size.Declared is null
            ? throw new StoreException(StoreError.Unsupported, "This store must know the size of an image before it is sent: state ExpectedSize.")
            : size;
    }

    private ChunkPlan PlanFor(long? size)
    {
        var plan = ChunkPlan.For(size, _limits, options.ChunkBytes, budget.LargestChunk);
        return plan.LargestChunk <= budget.LargestChunk
            ? plan
            : throw new StoreException(StoreError.TooLarge,
                $"This image needs chunks of {plan.LargestChunk} bytes, and half of the memory budget holds {budget.LargestChunk}: "
                + $"raise MaxBufferBytes to at least {(Int128)2 * plan.LargestChunk}.");
    }

    private static Dictionary<string, string> MetadataOf(StoredObject stored, PutOptions put, string storeId)
    {
        var metadata = new Dictionary<string, string>(stored.Metadata);
        foreach (var (name, value) in put.Metadata)
        {
            metadata[name] = value;
        }

        metadata["store"] = storeId; // glance finds the store of a location by it
        return metadata;
    }

    private sealed record Transfer(ImageId Id, WriteIntent Intent, PutOptions Put, DigestSet Digests, TransferCount Count);
}
