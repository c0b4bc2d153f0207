using GlanceStore.Drivers;
using GlanceStore.Resilience;

namespace GlanceStore.Transfer;

/// <summary>One store that an image is read from, pinned to the version that was opened there first.</summary>
internal sealed class ReadSource(StoreParts store, ImageLocation location, IAsyncDisposable use) : IAsyncDisposable
{
    public StoreParts Store => store;

    public ImageLocation Location => location;

    /// <summary>The image as it was when it was first opened here; null before.</summary>
    public StoredObject? Stored { get; private set; }

    /// <summary>Its last failure, of any kind.</summary>
    public StoreException? Failure { get; private set; }

    /// <summary>0: all is well; 1: it failed for a passing reason and was not tried with patience yet; 2: nothing more is expected of it.</summary>
    public int Strikes { get; private set; }

    public bool CanReadRanges => store.Can.CanReadRanges;

    /// <summary>
    /// Opens a range, or the whole image; the same version as before, where it was opened before. Where every byte is verified an answer need not
    /// say that it is, and a version that has another tag and the same bytes (somebody set metadata) is gone on with, and the one pinned from then on.
    /// </summary>
    public async ValueTask<DriverReader> OpenAsync(ByteRange? range, StallWatch watch, bool isVerified)
    {
        var pinned = Stored;
        try
        {
            var reader = await OpenAsync(range, pinned?.VersionTag, watch).ConfigureAwait(false);
            await RequireSameAsync(reader, pinned, isVerified).ConfigureAwait(false);
            Stored ??= reader.Object with { Location = location };
            return reader;
        }
        catch (StoreException e) when (e.Error == StoreError.Changed && isVerified && pinned is { VersionTag: not null, Digest: not null })
        {
            var reader = await OpenAsync(range, tag: null, watch).ConfigureAwait(false);
            if (reader.Object.Size == pinned.Size && reader.Object.Digest == pinned.Digest)
            {
                Stored = reader.Object with { Location = location };
                return reader;
            }

            await reader.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private ValueTask<DriverReader> OpenAsync(ByteRange? range, string? tag, StallWatch watch) =>
        watch.GuardAsync(token => store.Driver.OpenReadAsync(location, new ReadIntent(range, tag) { Size = Stored?.Size }, token));

    private async ValueTask RequireSameAsync(DriverReader reader, StoredObject? pinned, bool isVerified)
    {
        if (pinned is null || (reader.Object.Size == pinned.Size && IsSame(reader.Object.VersionTag, pinned, isVerified)))
        {
            return;
        }

        await reader.DisposeAsync().ConfigureAwait(false);
        throw new StoreException(StoreError.Changed, reader.Object.VersionTag is null
            ? $"The store does not say that it goes on with the same version of {location}. With a receipt to verify it, reading can go on."
            : $"The image at {location} was replaced while it was being read.");
    }

    private static bool IsSame(string? tag, StoredObject pinned, bool isVerified) => tag == pinned.VersionTag || (tag is null && isVerified);

    /// <summary>Makes a step here: with every repetition the store's options allow, or once where there is somewhere else to turn to.</summary>
    public ValueTask<T> RunAsync<T>(ReadPatience patience, Func<StallWatch, ValueTask<T>> step, CancellationToken cancellationToken) =>
        patience == ReadPatience.Retry
            ? store.Retry.RunWatchedAsync(step, cancellationToken)
            : Stored is null
                ? store.Breaker.RunAsync(token => store.Retry.RunOnceAsync(step, token), cancellationToken)
                : store.Retry.RunOnceAsync(step, cancellationToken);

    public void Fail(StoreException failure, ReadPatience patience)
    {
        Failure = failure;
        Strikes = patience == ReadPatience.Once && IsHopeful ? Math.Max(Strikes, 1) : 2;
        if (Stored is not null)
        {
            store.Breaker.Note(failure);
        }
    }

    public void Succeed() => Strikes = 0;

    public void Forgive() => Strikes = IsHopeful ? 1 : 2;

    // A damaged chunk says nothing of the others.
    private bool IsHopeful => Failure is null or { IsTransient: true } or { Error: StoreError.Corrupted };

    public ValueTask DisposeAsync() => use.DisposeAsync();
}

/// <summary>How much is done to read from one store.</summary>
internal enum ReadPatience
{
    /// <summary>One attempt: there is another store to turn to.</summary>
    Once,

    /// <summary>Every attempt the store's options allow.</summary>
    Retry,
}
