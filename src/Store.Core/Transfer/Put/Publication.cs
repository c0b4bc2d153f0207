using System.IO.Hashing;
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
    private const int ReadBackBytes = 128 << 10;

    // How many chunks of what is stored were read back and are the image's.
    private (string? VersionTag, int Chunks) _readBack;

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

    // A failure that passes does not begin anew what is pinned to a version: a line that breaks often still gets to the end.
    private async ValueTask<bool> HoldsAsync(StoredObject stored, ChunkManifest chunks, StallWatch watch)
    {
        var canGoOn = stored.VersionTag is not null && driver.Info.Capabilities.CanReadRanges;
        if (!canGoOn || stored.VersionTag != _readBack.VersionTag)
        {
            _readBack = (stored.VersionTag, 0);
        }

        while (true)
        {
            var before = _readBack.Chunks;
            try
            {
                return await HoldsRestAsync(stored, chunks, watch).ConfigureAwait(false);
            }
            catch (StoreException e) when (canGoOn && e.IsTransient && e.Error != StoreError.Stalled && _readBack.Chunks > before)
            {
            }
        }
    }

    private async ValueTask<bool> HoldsRestAsync(StoredObject stored, ChunkManifest chunks, StallWatch watch)
    {
        if (_readBack.Chunks == chunks.Count)
        {
            return true;
        }

        ByteRange? rest = _readBack.Chunks == 0 ? null : new ByteRange(chunks.OffsetOf(_readBack.Chunks));
        var intent = new ReadIntent(rest, stored.VersionTag);
        var reader = await watch.GuardAsync(token => driver.OpenReadAsync(stored.Location, intent, token)).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            if (reader.Object.Size != chunks.Size)
            {
                return false;
            }

            var buffer = new byte[ReadBackBytes];
            for (; _readBack.Chunks < chunks.Count; _readBack.Chunks++)
            {
                var chunk = chunks[_readBack.Chunks];
                if (await ChecksumAsync(reader, chunk.Length, buffer, watch).ConfigureAwait(false) != chunk.Checksum)
                {
                    return false;
                }
            }

            return true;
        }
    }

    private static async ValueTask<ulong> ChecksumAsync(DriverReader reader, long length, byte[] buffer, StallWatch watch)
    {
        var hash = new XxHash3();
        while (length > 0)
        {
            var piece = buffer.AsMemory(0, (int)Math.Min(buffer.Length, length));
            var count = await watch.GuardAsync(token => reader.ReadAsync(piece, token)).ConfigureAwait(false);
            if (count == 0)
            {
                break; // shorter than it said: the checksum cannot match
            }

            hash.Append(piece.Span[..count]);
            length -= count;
        }

        return hash.GetCurrentHashAsUInt64();
    }
}
