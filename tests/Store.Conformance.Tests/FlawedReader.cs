using GlanceStore.Drivers;

namespace GlanceStore.Conformance;

internal sealed class FlawedReader(DriverReader? inner, StoredObject stored) : DriverReader
{
    public override StoredObject Object => stored;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        inner?.ReadAsync(buffer, cancellationToken) ?? ValueTask.FromResult(0);

    public override ValueTask DisposeAsync() => inner?.DisposeAsync() ?? ValueTask.CompletedTask;
}
