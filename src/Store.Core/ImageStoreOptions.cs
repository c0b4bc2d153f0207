namespace GlanceStore;

/// <summary>How the front treats one store. Every property has a working default.</summary>
public sealed record ImageStoreOptions
{
    /// <summary>The chunk length in bytes, where the driver's own preference does not suit; null by default.</summary>
    public long? ChunkBytes { get; init; }

    /// <summary>How many chunks of one transfer may be under way at once, within what the driver allows; 4 by default.</summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>
    /// How often a step that fails for a passing reason is tried in all; 5 by default, 1 for no retry. One that stalls is tried 3 times at most.
    /// </summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>The pause before the second attempt, doubled before each further one and varied at random; 200 ms by default, 10 s at most.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// How long the backend may give no sign of life (for a write: for every 16 MiB of the chunk begun; for a commit: for every 1,000 chunks begun);
    /// 60 s by default.
    /// </summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a store that failed is passed over by reads that have another store to turn to; 30 s by default.
    /// </summary>
    public TimeSpan FailoverPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What the operator calls the store, glance's <c>store_description</c>; null by default.</summary>
    public string? Description { get; init; }

    /// <summary>Glance's <c>weight</c>: where several stores hold an image, the heavier one is read first; 0 by default.</summary>
    public int Weight { get; init; }

    /// <summary>Whether images are only read here, whatever the driver could do: no puts, no deletes; false by default.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Whether the store is kept out of listings and only its id leads to it, as glance's staging store; false by default.</summary>
    public bool Reserved { get; init; }

    /// <summary>What is wrong with these options, one sentence each; empty where nothing is.</summary>
    public IEnumerable<string> Mistakes()
    {
        if (ChunkBytes is < 4096 or > int.MaxValue)
        {
            yield return "'ChunkBytes' is not a length from 4096 to 2147483647 bytes";
        }

        if (Parallelism is < 1 or > 64)
        {
            yield return "'Parallelism' is not a number from 1 to 64";
        }

        if (MaxAttempts is < 1 or > 100)
        {
            yield return "'MaxAttempts' is not a number from 1 to 100";
        }

        if (RetryDelay < TimeSpan.Zero || RetryDelay > TimeSpan.FromSeconds(10))
        {
            yield return "'RetryDelay' is not a time span from 0 to 10 seconds";
        }

        if (FailoverPause < TimeSpan.FromMilliseconds(500) || FailoverPause > TimeSpan.FromDays(1))
        {
            yield return "'FailoverPause' is not a time span from 0.5 seconds to 1 day";
        }

        if (StallTimeout < TimeSpan.FromMilliseconds(1) || StallTimeout > TimeSpan.FromHours(6))
        {
            yield return "'StallTimeout' is not a time span from 1 millisecond to 6 hours";
        }
    }
}
