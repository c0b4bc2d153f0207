namespace GlanceStore.Conformance;

internal sealed class FaultyWriter(DriverWriter inner, FaultyDriver driver) : DriverWriter
{
    public override ImageLocation Location => inner.Location;

    public override string? Token => inner.Token;

    public override async ValueTask<bool> TryKeepChunkAsync(Chunk chunk, CancellationToken cancellationToken)
    {
        var spot = await driver.EnterAsync(DriverCall.KeepChunk, cancellationToken);
        var kept = await inner.TryKeepChunkAsync(chunk, cancellationToken);
        spot.AfterReply();
        return kept;
    }

    public override async ValueTask WriteChunkAsync(Chunk chunk, CancellationToken cancellationToken)
    {
        var spot = await driver.EnterAsync(DriverCall.WriteChunk, cancellationToken);
        await inner.WriteChunkAsync(spot.Bend(chunk), cancellationToken);
        spot.AfterReply();
    }

    public override ValueTask<DriverReader?> OpenUnsureAsync(long offset, CancellationToken cancellationToken) => inner.OpenUnsureAsync(offset, cancellationToken);

    public override async ValueTask<StoredObject> CommitAsync(WriteSummary summary, CancellationToken cancellationToken)
    {
        var spot = await driver.EnterAsync(DriverCall.Commit, cancellationToken);
        var stored = await inner.CommitAsync(summary, cancellationToken);
        spot.AfterReply();
        return stored;
    }

    public override ValueTask DisposeAsync() => inner.DisposeAsync();
}
