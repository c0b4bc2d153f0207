namespace GlanceStore.Conformance;

internal sealed class FaultyReader(DriverReader inner, FaultyDriver driver) : DriverReader
{
    public override StoredObject Object => inner.Object;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var spot = await driver.EnterAsync(DriverCall.Read, cancellationToken);
        var count = await inner.ReadAsync(spot.Shorten(buffer), cancellationToken);
        spot.Bend(buffer.Span[..count]);
        spot.AfterReply();
        return count;
    }

    public override ValueTask DisposeAsync() => inner.DisposeAsync();
}
