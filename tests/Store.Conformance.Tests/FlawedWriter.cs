using GlanceStore.Drivers;

namespace GlanceStore.Conformance;

internal sealed class FlawedWriter(DriverWriter inner, Flaw flaw, FlawedDriver driver, ImageId id, ISet<string> litter) : DriverWriter
{
    private readonly List<Chunk> _kept = [];
    private int _arrived;
    private bool _committed;

    public override ImageLocation Location => inner.Location;

    public override async ValueTask WriteChunkAsync(Chunk chunk, CancellationToken cancellationToken)
    {
        if (flaw == Flaw.ImagesAreVisibleBeforeTheCommit && chunk.Length > 0)
        {
            await driver.PublishEarlyAsync(id, chunk);
        }

        if (flaw == Flaw.BuffersAreKept)
        {
            lock (_kept)
            {
                _kept.Add(chunk);
            }
        }

        var bent = flaw == Flaw.ChunksAreStoredAsTheyArrive ? chunk with { Index = Interlocked.Increment(ref _arrived) } : chunk;
        await inner.WriteChunkAsync(bent, driver.Heard(cancellationToken));
    }

    public override async ValueTask<StoredObject> CommitAsync(WriteSummary summary, CancellationToken cancellationToken)
    {
        foreach (var chunk in _kept)
        {
            await inner.WriteChunkAsync(chunk, cancellationToken);
        }

        try
        {
            var stored = await inner.CommitAsync(summary, driver.Heard(cancellationToken));
            _committed = true;
            return stored;
        }
        catch (StoreException e) when (e.Error == StoreError.AlreadyExists && flaw == Flaw.TakenIdsAreTransient)
        {
            throw new StoreException(e.Error, e.Message) { IsTransient = true };
        }
    }

    public override async ValueTask DisposeAsync()
    {
        driver.Ended(id);
        if (!_committed && flaw == Flaw.AbandonedWritesLeaveLitter)
        {
            litter.Add("upload of " + id);
        }

        await inner.DisposeAsync();
    }
}
