namespace GlanceStore.Drivers.Memory;

internal sealed class MemoryReader(StoredObject stored, ReadOnlyMemory<byte> bytes) : DriverReader
{
    private ReadOnlyMemory<byte> _rest = bytes;

    public override StoredObject Object => stored;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return ValueTask.FromResult(count);
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
