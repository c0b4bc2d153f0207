namespace GlanceStore.Drivers.Sftp;

/// <summary>A source that does something once, as soon as so many bytes were read of it.</summary>
internal sealed class TrippingStream(byte[] bytes, int at, Action trip) : MemoryStream(bytes, writable: false)
{
    private bool _tripped;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_tripped && Position >= at)
        {
            _tripped = true;
            trip();
        }

        return base.ReadAsync(buffer, cancellationToken);
    }
}
