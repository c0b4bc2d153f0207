namespace GlanceStore.Drivers.Rbd;

/// <summary>A source that does something once it has been read so far.</summary>
internal sealed class HookedStream(byte[] bytes, int at, Action then) : MemoryStream(bytes, writable: false)
{
    private const int MostAtOnce = 256 << 10;

    private Action? _then = then;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await base.ReadAsync(buffer[..Math.Min(buffer.Length, MostAtOnce)], cancellationToken);
        if (Position >= at)
        {
            Interlocked.Exchange(ref _then, null)?.Invoke();
        }

        return count;
    }
}
