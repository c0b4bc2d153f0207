namespace GlanceStore.Drivers.Sftp;

/// <summary>Opens a part, to be compared with what was sent: SFTP tells no checksum of what a server holds.</summary>
internal static class SftpReadBack
{
    public static async Task<DriverReader> OpenAsync(SftpStore store, string part, ImageLocation location, long offset, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await TryOpenAsync(store, part, location, offset, cancellationToken).ConfigureAwait(false) is { } reader)
            {
                return reader;
            }
        }
    }

    // Null where the server has just shown that it takes shorter requests only.
    private static async Task<SftpReader?> TryOpenAsync(SftpStore store, string part, ImageLocation location, long offset, CancellationToken cancellationToken)
    {
        long size;
        using (var lease = await store.Connections.LeaseAsync(cancellationToken).ConfigureAwait(false))
        {
            size = (await lease.RunAsync($"Looking at {part}", client => client.GetAttributesAsync(part, cancellationToken)).ConfigureAwait(false)).Size;
        }

        var bytes = Math.Max(0, size - offset);
        var file = new SftpFile(await store.LeaseAsync(bytes, cancellationToken).ConfigureAwait(false), part, FileAccess.Read,
            SftpFile.RequestsFor(bytes, store.Options.MaxRequests, store.Habits), store.Time);
        try
        {
            await file.OpenAsync(cancellationToken).ConfigureAwait(false);
            if (await file.IsReadableAsync(offset, bytes, cancellationToken).ConfigureAwait(false))
            {
                return new SftpReader(file, new StoredObject(location, size, null, null), new ByteRange(offset, bytes));
            }
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        await file.DisposeAsync().ConfigureAwait(false);
        return null;
    }
}
