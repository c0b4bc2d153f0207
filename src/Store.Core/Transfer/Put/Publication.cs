using GlanceStore.Diagnostics;
using GlanceStore.Drivers;
using GlanceStore.Resilience;

namespace GlanceStore.Transfer;

/// <summary>
/// The step that makes an image visible, made until it is known to have taken effect. Where the answer may have been lost it is not
/// simply made again (it would find its own image in the way) but settled by looking: same size, and the same digest where the backend
/// keeps one, else the same chunks read back.
/// </summary>
internal sealed class Publication(StoreDriver driver, Retry retry, StoreTelemetry telemetry)
{
    // What is read back, and of which version.
    private (string? VersionTag, HeldChunks Chunks)? _readBack;

    public async Task<StoredObject> PublishAsync(
        ImageLocation location, WriteSummary summary, Func<CancellationToken, ValueTask<StoredObject>> commit, TimeSpan commitLimit,
        CancellationToken cancellationToken)
    {
        var attempts = 0;
        var (unclear, looking) = (false, false);
        try
        {
            return await retry.RunWatchedAsync(async watch =>
            {
                looking = unclear;
                if (unclear && await FindOwnAsync(location, summary, watch).ConfigureAwait(false) is { } published)
                {
                    return published;
                }

                looking = false;
                attempts++;
                var before = unclear;
                unclear = true;
                try
                {
                    return await watch.GuardAsync(commit, commitLimit).ConfigureAwait(false);
                }
                catch (StoreException e) when (e.Error == StoreError.Throttled)
                {
                    unclear = before; // this one was refused, not lost
                    throw;
                }
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (unclear && !(looking && e.Error == StoreError.Stalled) && (e.IsTransient || attempts > 1))
        {
            if (await FindOwnAfterLastAttemptAsync(location, summary, cancellationToken).ConfigureAwait(false) is { } published)
            {
                return published;
            }

            throw;
        }
    }

    /// <summary>The image that is stored, where it is the one of the summary; else null.</summary>
    public ValueTask<StoredObject?> FindOwnAsync(ImageLocation location, WriteSummary summary, CancellationToken cancellationToken) =>
        retry.RunWatchedAsync(watch => FindOwnAsync(location, summary, watch), cancellationToken);

    /// <summary>Reads what is stored and compares every chunk.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Corrupted"/>: it is not what was sent.</exception>
    public async Task RequireHeldAsync(StoredObject stored, WriteSummary summary, CancellationToken cancellationToken)
    {
        if (stored.Size != summary.Size
            || !await retry.RunWatchedAsync(watch => HoldsAsync(stored, summary.Chunks, watch), cancellationToken).ConfigureAwait(false))
        {
            telemetry.VerificationFailed();
            throw new StoreException(StoreError.Corrupted, $"What {stored.Location} gives back is not what was sent there.");
        }
    }

    // One look without retries: the failure of the commit is the one to report.
    private async Task<StoredObject?> FindOwnAfterLastAttemptAsync(ImageLocation location, WriteSummary summary, CancellationToken cancellationToken)
    {
        try
        {
            using var watch = retry.Watch(cancellationToken);
            return await FindOwnAsync(location, summary, watch).ConfigureAwait(false);
        }
        catch (StoreException)
        {
            return null;
        }
    }

    private async ValueTask<StoredObject?> FindOwnAsync(ImageLocation location, WriteSummary summary, StallWatch watch)
    {
        telemetry.CommitUnclear(location);
        var found = await watch.GuardAsync(token => driver.FindAsync(location, token)).ConfigureAwait(false);
        if (found is null || found.Size != summary.Size)
        {
            return null;
        }

        var own = found.Digest is { } kept && summary.Digests.FirstOrDefault(digest => digest.Algorithm == kept.Algorithm) is { } known
            ? kept == known
            : await HoldsAsync(found, summary.Chunks, watch).ConfigureAwait(false);
        return own ? found : null;
    }

    // What is pinned to a version can be gone on with.
    private ValueTask<bool> HoldsAsync(StoredObject stored, ChunkManifest chunks, StallWatch watch)
    {
        if (_readBack is not { } begun || begun.VersionTag != stored.VersionTag)
        {
            var canGoOn = stored.VersionTag is not null && driver.Info.Capabilities.CanReadRanges;
            begun = (stored.VersionTag, new HeldChunks(chunks, OpenAsync, retry.LimitFor(0), canGoOn));
            _readBack = begun;
        }

        return begun.Chunks.AreSameAsync(watch);

        async ValueTask<DriverReader?> OpenAsync(long offset, CancellationToken token) => await driver.OpenReadAsync(
            stored.Location, new ReadIntent(offset == 0 ? null : new ByteRange(offset), stored.VersionTag), token).ConfigureAwait(false);
    }
}
