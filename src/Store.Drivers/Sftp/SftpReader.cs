namespace GlanceStore.Drivers.Sftp;

/// <summary>An open image or a range of it, read in pieces of one request each, several at once and straight into the front's buffer.</summary>
internal sealed class SftpReader(SftpFile file, StoredObject stored, ByteRange? range) : DriverReader
{
    // What one call fetches: enough to keep the requests under way, little enough to be done within the front's patience.
    private const int MostBytesAtOnce = 4 << 20;

    private long _offset = range?.Offset ?? 0;
    private long _left = range?.Length ?? stored.Size;
    private bool _isDisposed;

    public override StoredObject Object { get; } = stored;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var count = (int)Math.Min(Math.Min(buffer.Length, MostBytesAtOnce), _left);
        if (count > 0)
        {
            await file.ReadAsync(buffer[..count], _offset, cancellationToken).ConfigureAwait(false);
            _offset += count;
            _left -= count;
        }

        return count;
    }

    public override async ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            await file.DisposeAsync().ConfigureAwait(false);
        }
    }
}
