using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Drivers.File;

internal sealed class FileReader(StoredObject stored, SafeFileHandle handle, long offset, long length) : DriverReader
{
    private long _position = offset;
    private long _rest = length;

    public override StoredObject Object => stored;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_rest == 0)
        {
            return 0;
        }

        var count = await ReadAsync(buffer[..(int)Math.Min(buffer.Length, Math.Min(_rest, FileWriter.SliceBytes))], _position, cancellationToken)
            .ConfigureAwait(false);
        if (count == 0)
        {
            // Transient, so that the image is opened again: a version tag then says that it is another one.
            throw new StoreException(StoreError.Unavailable, $"The image at {stored.Location} became shorter while it was being read.") { IsTransient = true };
        }

        _position += count;
        _rest -= count;
        return count;
    }

    public override ValueTask DisposeAsync()
    {
        handle.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<int> ReadAsync(Memory<byte> buffer, long position, CancellationToken cancellationToken)
    {
        try
        {
            return await RandomAccess.ReadAsync(handle, buffer, position, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (FileErrors.From(e, $"read {stored.Location}") is { } error)
        {
            throw error;
        }
    }
}
