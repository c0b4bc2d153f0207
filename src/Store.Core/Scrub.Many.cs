using System.Runtime.CompilerServices;
using GlanceStore.Digests;
using GlanceStore.Transfer;

namespace GlanceStore;

/// <content>Many images, several at once.</content>
public sealed partial class Scrub
{
    // One image is read and digested no faster than this: a slower rate is kept by one as well, with less memory.
    private const long FastestImage = 256L << 20;

    // Images that are done wait for those before them, so that results come in order; no more of them than this for each that is read.
    private const int MostResultsPerImage = 8;

    /// <summary>Checks many images, several at once.</summary>
    /// <param name="receipts">What the images were when they were stored; enumerated as they are needed.</param>
    /// <param name="cancellationToken">Ends the scrub.</param>
    /// <returns>A result for every receipt, in their order.</returns>
    public IAsyncEnumerable<ScrubResult> RunAsync(IEnumerable<ImageReceipt> receipts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(receipts);
        return CheckAllAsync(receipts.ToAsyncEnumerable(), cancellationToken);
    }

    /// <summary>Checks many images whose receipts come one by one, several at once.</summary>
    /// <param name="receipts">What the images were when they were stored; enumerated as they are needed.</param>
    /// <param name="cancellationToken">Ends the scrub.</param>
    /// <returns>A result for every receipt, in their order.</returns>
    public async IAsyncEnumerable<ScrubResult> CheckAllAsync(
        IAsyncEnumerable<ImageReceipt> receipts, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(receipts);
        var checks = new Queue<Check>();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await foreach (var receipt in receipts.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                while (!HasRoom(checks, receipt))
                {
                    if (checks.Peek().Result.IsCompleted)
                    {
                        yield return await checks.Dequeue().Result.ConfigureAwait(false);
                    }
                    else
                    {
                        await Task.WhenAny(checks.Select(check => check.Result).Where(result => !result.IsCompleted)).ConfigureAwait(false);
                    }
                }

                checks.Enqueue(new Check(CheckAsync(receipt, ending.Token), receipt.Chunks.LargestChunk));
            }

            while (checks.TryDequeue(out var check))
            {
                yield return await check.Result.ConfigureAwait(false);
            }
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(checks.Select(check => check.Result))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static int ParallelismAt(long? bytesPerSecond)
    {
        var most = Math.Max(Environment.ProcessorCount, BlockHashes.MostLanes);
        return bytesPerSecond is { } rate ? (int)Math.Min(most, 1 + (rate / FastestImage)) : most;
    }

    private bool HasRoom(Queue<Check> checks, ImageReceipt next)
    {
        var reading = checks.Where(check => !check.Result.IsCompleted).ToArray();
        return reading.Length == 0 || (reading.Length < _parallelism && checks.Count < _parallelism * MostResultsPerImage
            && reading.Sum(check => check.ChunkBytes) + next.Chunks.LargestChunk <= BudgetOf(next.Location).BytesForReads);
    }

    private TransferBudget BudgetOf(ImageLocation location)
    {
        try
        {
            return _stores.Resolve(location).Store is ImageStore store ? store.Parts.Budget : TransferBudget.Shared;
        }
        catch (StoreException)
        {
            return TransferBudget.Shared; // its check says what is wrong
        }
    }

    /// <summary>One image that is being checked, or was.</summary>
    private readonly record struct Check(Task<ScrubResult> Result, long ChunkBytes);
}
