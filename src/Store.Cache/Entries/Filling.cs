using System.Security.Cryptography;
using GlanceStore.Cache.Reading;
using GlanceStore.Transfer;

namespace GlanceStore.Cache.Entries;

/// <summary>All chunks of an entry in order, some of them at once, and what is digested or paid for on the way.</summary>
internal sealed class Filling(CacheEntry entry, IOrigin? origin, int parallelism)
{
    /// <summary>The most bytes a second that are fetched; null for as many as come.</summary>
    public ByteRate? Rate { get; init; }

    public IProgress<TransferProgress>? Progress { get; init; }

    /// <summary>Digests the chunks as they are on the disk; null for none.</summary>
    public IncrementalHash? Digest { get; init; }

    /// <summary>Makes sure that every chunk is there and right.</summary>
    /// <returns>False where one was not right any more when it was digested, so that the digest says nothing.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ahead = new Queue<Task>();
        try
        {
            var (next, done, isRight) = (0, 0L, true);
            for (var index = 0; index < entry.Chunks.Count; index++)
            {
                for (; next < entry.Chunks.Count && ahead.Count < parallelism; next++)
                {
                    await PayAsync(next, ending.Token).ConfigureAwait(false);
                    ahead.Enqueue(entry.EnsureAsync(next, origin, ending.Token));
                }

                await ahead.Dequeue().ConfigureAwait(false);
                isRight &= Digest is null || await entry.DigestAsync(index, Digest, ending.Token).ConfigureAwait(false);
                done += entry.Chunks[index].Length;
                Progress?.Report(new TransferProgress(done, entry.Size));
            }

            return isRight;
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Task PayAsync(int index, CancellationToken cancellationToken) => Rate is not null && !entry.IsThere(index)
        ? Rate.PayAsync((int)Math.Min(entry.Chunks[index].Length, int.MaxValue), cancellationToken)
        : Task.CompletedTask;
}
