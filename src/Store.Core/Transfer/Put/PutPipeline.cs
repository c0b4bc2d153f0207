using GlanceStore.Diagnostics;
using GlanceStore.Digests;
using GlanceStore.Drivers;

namespace GlanceStore.Transfer;

/// <summary>
/// One put, to one store or to many: the source is cut into chunks; each goes at the same time to the digests, in order, and to every
/// target, several at once, and to the inspection; when all have arrived and all checks have passed, one commit in each target makes them an image.
/// </summary>
internal sealed class PutPipeline
{
    private readonly PutTargets _targets;
    private readonly PutOptions _put;
    private readonly DigestSet _digests;
    private readonly PutInspector _inspector;
    private readonly SignatureCheck? _signature;
    private readonly PutSessionFile _session;
    private readonly ChunkEntries _entries = new();
    private readonly CancellationToken _caller;

    private PutPipeline(
        PutTargets targets, PutOptions put, DigestSet digests, PutInspector inspector, SignatureCheck? signature, PutSessionFile session, CancellationToken caller) =>
        (_targets, _put, _digests, _inspector, _signature, _session, _caller) = (targets, put, digests, inspector, signature, session, caller);

    /// <summary>Puts an image into every store, as the options' policy says.</summary>
    /// <returns>What came of it in each store, in their order.</returns>
    public static async Task<IReadOnlyList<PutOutcome>> RunAsync(
        IReadOnlyList<StoreParts> stores, ImageId id, Stream source, PutOptions put, CancellationToken cancellationToken)
    {
        var targets = new PutTargets(stores, id, put.Policy, cancellationToken);
        await using var targetsUntilTheEnd = targets.ConfigureAwait(false);
        try
        {
            var made = await RunAsync(targets, id, source, put, cancellationToken).ConfigureAwait(false);
            return [.. targets.All.Select(target => OutcomeOf(target, made, put))];
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            targets.NoteEnd("Cancelled");
            await targets.TakeBackAsync(put.Mode).ConfigureAwait(false);
            throw Cancelled(targets, put.Mode, cancellationToken);
        }
        catch (StoreException e)
        {
            targets.NoteEnd(e);
            if (await targets.TakeBackAsync(put.Mode).ConfigureAwait(false) is { Count: > 0 } left)
            {
                throw e.With($"The image stays in {Named(left)}, from where it was not removed.");
            }

            throw;
        }
        catch (Exception e)
        {
            targets.NoteEnd(e.GetType().Name);
            await targets.TakeBackAsync(put.Mode).ConfigureAwait(false);
            throw;
        }
    }

    // A commit that nobody waited for may have taken effect.
    private static OperationCanceledException Cancelled(PutTargets targets, WriteMode mode, CancellationToken cancellationToken)
    {
        string[] unknown = [.. targets.All.Where(target => target.MayHold).Select(target => target.Store.Id)];
        if (unknown.Length == 0)
        {
            return new OperationCanceledException(cancellationToken);
        }

        var open = new StoreException(StoreError.Unavailable, mode == WriteMode.Replace
            ? $"The image in {Named(unknown)} may be replaced already."
            : $"The image may be in {Named(unknown)} already.");
        return new OperationCanceledException($"The put was cancelled. {open.Message}", open, cancellationToken);
    }

    private static string Named(IEnumerable<string> ids) => string.Join(", ", ids.Select(id => $"'{id}'"));

    // Null where every target failed and that is no error.
    private static async Task<MadeImage?> RunAsync(PutTargets targets, ImageId id, Stream source, PutOptions put, CancellationToken caller)
    {
        var size = PutLimits.SizeOf(source, put, targets.All);
        var signature = SignatureCheck.Of(put.Signature, targets.All[0].Store.Time);
        await targets.EachAsync((target, _) => target.AdmitAsync(size.Declared), targets.Token).ConfigureAwait(false);
        if (targets.AllFailed)
        {
            return null;
        }

        size.CheckDeclared();
        var session = PutSessionFile.Open(put, id, targets.All);
        await using var sessionUntilTheEnd = session.ConfigureAwait(false);
        size = session.SizeOr(size);
        var alive = targets.Alive;
        var plan = PutLimits.PlanFor(size.Declared, alive, session);
        var digests = new DigestSet(AlgorithmsOf(put), ofChunks: alive.Select(target => target.Store.Can.ChunkDigest).OfType<string>().Where(check => !ChunkCheck.Knows(check)));
        await using var digestsUntilTheEnd = digests.ConfigureAwait(false);
        var inspector = new PutInspector(put.Inspection, alive[0].Store.Budget);
        await using var inspectorUntilTheEnd = inspector.ConfigureAwait(false);
        using var chunks = new ChunkSource(
            source, plan, size, alive[0].Store.Budget, alive.Sum(target => target.Store.Parallelism) + 2);
        var first = await chunks.FirstAsync(targets.Token).ConfigureAwait(false);
        var intent = new WriteIntent(put.Mode, first.IsLast ? first.Length : size.Declared);
        var pipeline = new PutPipeline(targets, put, digests, inspector, signature, session, caller);
        var made = first.IsLast
            ? await pipeline.PutWholeAsync(first, intent).ConfigureAwait(false)
            : await pipeline.PutChunksAsync(chunks, intent, plan).ConfigureAwait(false);
        if (made is not null)
        {
            session.End();
        }

        return made;
    }

    private async Task<MadeImage?> PutWholeAsync(SourceChunk first, WriteIntent intent)
    {
        var digests = _digests.Append(first.Buffer, first.Length);
        _inspector.Append(first.Buffer, first.Length);
        var image = new PutChunk(first with { Buffer = first.Buffer.Retain() }, digests, _entries, CountOf(intent));
        try
        {
            _ = image.Checksum; // enters the manifest
            _session.Check(image);
            var made = await CheckedAsync().ConfigureAwait(false);
            await _targets.EachAsync((target, token) => target.PutWholeAsync(image, intent, made.Summary, token), _caller).ConfigureAwait(false);
            CountOf(intent).Add(_targets.AllFailed ? 0 : first.Length);
            _targets.ThrowIfEnded();
            await ReadBackAsync(made.Summary).ConfigureAwait(false);
            return _targets.AllFailed ? null : made;
        }
        finally
        {
            image.Drop();
        }
    }

    private async Task<MadeImage?> PutChunksAsync(ChunkSource chunks, WriteIntent intent, ChunkPlan plan)
    {
        await _targets.EachAsync((target, token) => target.OpenAsync(intent, _session, token), _targets.Token).ConfigureAwait(false);
        await _targets.EachAsync((target, _) => _session.BeginAsync(target, intent.Size, plan), _targets.Token).ConfigureAwait(false);
        if (_targets.AllFailed)
        {
            return null;
        }

        var handing = HandOutAsync(chunks, CountOf(intent));
        await _targets.EachAsync((target, token) => target.WriteAllAsync(token), _targets.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await handing.ConfigureAwait(false);
        _targets.ThrowIfEnded();
        if (_targets.AllFailed)
        {
            return null;
        }

        // To its end wherever it has begun: what is published where must be known before any of it can be taken back.
        var made = await CheckedAsync().ConfigureAwait(false);
        await _targets.EachAsync((target, token) => target.CommitAsync(made.Summary, token), _caller).ConfigureAwait(false);
        await ReadBackAsync(made.Summary).ConfigureAwait(false);
        return _targets.AllFailed ? null : made;
    }

    private Task ReadBackAsync(WriteSummary summary) =>
        _put.ReadBack ? _targets.EachAsync((target, token) => target.ReadBackAsync(summary, token), _caller) : Task.CompletedTask;

    // Never throws: what goes wrong here ends the put, and with it the targets' waiting for chunks.
    private async Task HandOutAsync(ChunkSource chunks, TransferCount count)
    {
        var targets = _targets.Alive;
        try
        {
            await foreach (var chunk in chunks.AllAsync(_targets.Token).ConfigureAwait(false))
            {
                HandOut(chunk, targets, count);
            }

            foreach (var target in targets)
            {
                target.EndChunks();
            }
        }
        catch (Exception e)
        {
            _targets.End(e);
        }
    }

    private void HandOut(SourceChunk chunk, PutTarget[] targets, TransferCount count)
    {
        var digests = _digests.Append(chunk.Buffer, chunk.Length);
        _inspector.Append(chunk.Buffer, chunk.Length);
        var shared = new PutChunk(chunk, digests, _entries, count);
        try
        {
            _session.Check(shared);
            foreach (var target in targets)
            {
                shared.Retain();
                target.Offer(shared);
            }
        }
        finally
        {
            shared.Drop();
        }
    }

    // The last moment before something is published. What is refused can never be gone on with, so nothing of it stays anywhere.
    private async Task<MadeImage> CheckedAsync()
    {
        var summary = _entries.Summarize(await CheckedDigestsAsync().ConfigureAwait(false));
        try
        {
            _signature?.Check(summary.Digests);
            return new MadeImage(summary, await _inspector.CompleteAsync().ConfigureAwait(false));
        }
        catch (StoreException e) when (e.Error == StoreError.Refused && _session.IsKept)
        {
            await Task.WhenAll(_targets.Alive.Select(target => target.GiveUpAsync(_caller))).ConfigureAwait(false);
            _session.End();
            throw;
        }
    }

    private async Task<IReadOnlyList<Digest>> CheckedDigestsAsync()
    {
        var computed = await _digests.CompleteAsync().ConfigureAwait(false);
        foreach (var expected in _put.ExpectedDigests)
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

    private TransferCount CountOf(WriteIntent intent) => new(_put.Progress is { } told ? new PutProgress(told, _targets) : null, intent.Size);

    private static IEnumerable<string> AlgorithmsOf(PutOptions put) =>
        [.. put.ComputeMd5 ? ["md5"] : Array.Empty<string>(), put.HashAlgorithm, .. put.ExpectedDigests.Select(digest => digest.Algorithm), .. put.Signature is { } signed ? [signed.DigestAlgorithm] : Array.Empty<string>()];

    private static PutOutcome OutcomeOf(PutTarget target, MadeImage? made, PutOptions put)
    {
        if (target.Failure is { } failure)
        {
            return new PutOutcome(target.Store.Id, null, failure);
        }

        var receipt = ReceiptOf(target, made!, put);
        target.Store.Telemetry.Stored(receipt);
        return new PutOutcome(target.Store.Id, receipt, null);
    }

    private static ImageReceipt ReceiptOf(PutTarget target, MadeImage made, PutOptions put)
    {
        var summary = made.Summary;
        var metadata = new Dictionary<string, string>(target.Stored!.Metadata);
        foreach (var (name, value) in put.Metadata)
        {
            metadata[name] = value;
        }

        metadata["store"] = target.Store.Id; // glance finds the store of a location by it
        var location = target.Stored.Location with { StoreId = target.Store.Id, Secret = null, Account = target.Store.Driver.LocationOf(target.Id).Account };
        return new ImageReceipt(location, summary.Size, summary.Chunks)
        {
            Checksum = put.ComputeMd5 ? summary.Digests.First(digest => digest.Algorithm == "md5") : null,
            MultiHash = summary.Digests.First(digest => digest.Algorithm == put.HashAlgorithm),
            Metadata = metadata,
            Inspection = made.Inspection,
        };
    }

    private sealed record MadeImage(WriteSummary Summary, ImageInspection? Inspection);

    // Who is told may throw, which ends the put; not where a chunk was just written, whose buffer is still to be given back.
    private sealed class PutProgress(IProgress<TransferProgress> told, PutTargets targets) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value)
        {
            try
            {
                told.Report(value);
            }
            catch (Exception e)
            {
                targets.End(e);
            }
        }
    }
}
