using GlanceStore.Diagnostics;
using GlanceStore.Drivers;
using GlanceStore.Resilience;

namespace GlanceStore.Transfer;

/// <summary>A copy that a backend makes within itself: published as a put's commit is, and verified afterwards.</summary>
internal static class BackendCopy
{
    /// <summary>Makes the copy, or null where the stores share no backend or there is nothing to verify it with.</summary>
    public static async Task<ImageCopy?> TryAsync(StoreParts from, ImageLocation location, IImageStore to, StoreParts target, ImageId id,
        CopyOptions options, CancellationToken cancellationToken)
    {
        if (options.Receipt is not { } receipt || !target.Can.CanWrite
            || target.Driver.GetFeature<IServerSideCopy>() is not { } backend || !backend.CanCopyFrom(from.Driver))
        {
            return null;
        }

        try
        {
            return await target.Telemetry.ObserveAsync("copy", to.LocationOf(id), async () =>
            {
                await using var fromInUse = from.Use.Enter().ConfigureAwait(false);
                await using var targetInUse = target.Use.Enter().ConfigureAwait(false);
                var image = await FindAsync(from, location, receipt, cancellationToken).ConfigureAwait(false);
                var publishing = PublishAsync(backend, from, image, target, id, options, cancellationToken);
                var stored = await PublishedAsync(publishing, target, cancellationToken).ConfigureAwait(false);
                return await VerifiedAsync(stored, to, receipt, options, cancellationToken).ConfigureAwait(false);
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Error == StoreError.Unsupported)
        {
            return null;
        }
    }

    // A driver that is cancelled removes what it has copied so far, which may take longer than cancellation may.
    private static async Task<StoredObject> PublishedAsync(Task<StoredObject> publishing, StoreParts target, CancellationToken cancellationToken)
    {
        using var farewell = new Farewell(target.Time);
        farewell.Follow(cancellationToken);
        if (!await farewell.SeesEndOfAsync(publishing).ConfigureAwait(false))
        {
            target.Use.Leave(publishing);
        }

        return await farewell.ResultOfAsync(publishing).ConfigureAwait(false);
    }

    // As a put's commit: where the answer is lost, it is settled by looking. Uses both stores by itself, since it may outlast the copy.
    private static async Task<StoredObject> PublishAsync(IServerSideCopy backend, StoreParts from, StoredObject image, StoreParts target, ImageId id,
        CopyOptions options, CancellationToken cancellationToken)
    {
        await using var fromInUse = from.Use.Enter().ConfigureAwait(false);
        await using var targetInUse = target.Use.Enter().ConfigureAwait(false);
        var receipt = options.Receipt!;
        var stored = await new Publication(target.Driver, target.Retry, target.Telemetry).PublishAsync(
            target.Driver.LocationOf(id), new WriteSummary(receipt.Size, receipt.Chunks, [.. receipt.Digests]),
            token => backend.CopyAsync(from.Driver, image, id, options.Mode, token), target.Retry.LimitFor(receipt.Size), cancellationToken).ConfigureAwait(false);

        // Nobody may be waiting any more who would take it back. What has replaced an image stays, as after a put: there is no other any more.
        if (options.Mode != WriteMode.Replace && cancellationToken.IsCancellationRequested)
        {
            await Deletion.TryTakeBackAsync(target, stored).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return stored;
    }

    private static async Task<StoredObject> FindAsync(StoreParts from, ImageLocation location, ImageReceipt receipt, CancellationToken cancellationToken)
    {
        var own = from.Driver.ParseLocation(location.Uri) with { Secret = location.Secret };
        var image = await from.Retry.RunAsync(token => from.Driver.FindAsync(own, token), cancellationToken).ConfigureAwait(false)
            ?? throw new StoreException(StoreError.NotFound, $"There is no image at {location}.");
        return image.Size == receipt.Size
            ? image
            : throw new StoreException(StoreError.Corrupted,
                $"The image at {location} has {image.Size} bytes, and {receipt.Size} were stored: it was cut, extended or replaced.");
    }

    private static async Task<ImageCopy> VerifiedAsync(
        StoredObject stored, IImageStore to, ImageReceipt receipt, CopyOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var verdict = await VerifyAsync(stored, to, receipt, options, cancellationToken).ConfigureAwait(false);
            var location = stored.Location with { StoreId = to.Id, Secret = null };
            var metadata = new Dictionary<string, string>(stored.Metadata);
            foreach (var (name, value) in options.Metadata)
            {
                metadata[name] = value;
            }

            metadata["store"] = to.Id;
            return new ImageCopy(
                new ImageReceipt(location, receipt.Size, receipt.Chunks) { Checksum = receipt.Checksum, MultiHash = receipt.MultiHash, Metadata = metadata },
                verdict, CopyRoute.OnBackend);
        }
        catch (Exception e)
        {
            if (!await Removal.TryAsync(to, stored, cancellationToken).ConfigureAwait(false) && e is StoreException error)
            {
                throw error.With($"The copy stays at {stored.Location}, from where it was not removed.");
            }

            throw;
        }
    }

    private static async Task<ReadVerdict> VerifyAsync(
        StoredObject stored, IImageStore to, ImageReceipt receipt, CopyOptions options, CancellationToken cancellationToken)
    {
        if (options.ExpectedDigests.Count == 0 && stored.Size == receipt.Size && stored.Digest is { } kept && receipt.Digests.Contains(kept))
        {
            return new ReadVerdict(ReadVerification.Digest, $"the {kept.Algorithm} digest that the backend keeps of the copy is the expected one");
        }

        var read = new ReadOptions { Manifest = receipt.Chunks, ExpectedDigests = options.ExpectedDigests, Progress = options.Progress };
        var copy = await to.OpenReadAsync(stored.Location with { StoreId = to.Id }, read, cancellationToken).ConfigureAwait(false);
        await using (copy.ConfigureAwait(false))
        {
            await copy.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
            return copy.Verdict;
        }
    }
}
