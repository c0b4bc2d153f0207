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

    // One that is digested, one that has come and one that is coming.
    private const int BuffersPerImage = 3;

    /// <summary>Checks many images, several at once.</summary>
    /// <param name="images">What is known of the images; enumerated as they are needed.</param>
    /// <param name="cancellationToken">Ends the scrub.</param>
    /// <returns>A result for every image, in their order.</returns>
    public IAsyncEnumerable<ScrubResult> RunAsync(IEnumerable<IKnownImage> images, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        return CheckAllAsync(images.ToAsyncEnumerable(), cancellationToken);
    }

    /// <summary>Checks many images that become known one by one, several at once.</summary>
    /// <param name="images">What is known of the images; enumerated as they are needed.</param>
    /// <param name="cancellationToken">Ends the scrub.</param>
    /// <returns>A result for every image, in their order.</returns>
    public async IAsyncEnumerable<ScrubResult> CheckAllAsync(
        IAsyncEnumerable<IKnownImage> images, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        var checks = new Queue<Check>();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await foreach (var image in images.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                while (!HasRoom(checks, image))
                {
                    // Before the head is looked at: where that has not ended then, it is among them.
                    Task[] running = [.. checks.Select(check => check.Result).Where(result => !result.IsCompleted)];
                    if (checks.Peek().Result.IsCompleted)
                    {
                        yield return await checks.Dequeue().Result.ConfigureAwait(false);
                    }
                    else
                    {
                        await Task.WhenAny(running).ConfigureAwait(false);
                    }
                }

                checks.Enqueue(new Check(CheckAsync(image, ending.Token), BytesOf(image)));
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

    private bool HasRoom(Queue<Check> checks, IKnownImage next)
    {
        var reading = checks.Where(check => !check.Result.IsCompleted).ToArray();
        return reading.Length == 0 || (reading.Length < _parallelism && checks.Count < _parallelism * MostResultsPerImage
            && reading.Sum(check => check.Bytes) + BytesOf(next) <= BudgetOf(next.Location).BytesForReads);
    }

    // What an image takes as long as it is read.
    private long BytesOf(IKnownImage image) => image.Chunks?.LargestChunk ?? PlainBytesOf(BudgetOf(image.Location));

    // Of an image without chunks nothing depends on how long its pieces are: as many images have room as there are to be read at once, each with its buffers.
    private long PlainBytesOf(TransferBudget budget) => Math.Max(1, budget.BytesForReads / _parallelism / BuffersPerImage);

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

    /// <summary>One image that is being checked, or was, and the memory that it takes.</summary>
    private readonly record struct Check(Task<ScrubResult> Result, long Bytes);
}
