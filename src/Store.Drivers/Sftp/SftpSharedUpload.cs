namespace GlanceStore.Drivers.Sftp;

/// <summary>
/// A part written at any offset through several handles, on a server where they share its bytes. It outlives the connections it was begun on: what the
/// server has taken stays, and the front sends the rest again.
/// </summary>
internal sealed class SftpSharedUpload(SftpStore store, long? size, IReadOnlyList<SftpLease> leases, string path) : ISftpUpload
{
    private readonly SemaphoreSlim _reopening = new(1, 1);
    private SftpFile _file = Open(store, leases, path);

    public SftpLease Lease => _file.Lease;

    public bool GoesOn => true;

    public bool IsUnsure { get; private set; }

    public Task CreateAsync(CancellationToken cancellationToken) => _file.CreateAsync(cancellationToken);

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        var file = await FileAsync(cancellationToken).ConfigureAwait(false);
        await file.WriteAsync(bytes, offset, cancellationToken).ConfigureAwait(false);
    }

    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        var file = await FileAsync(cancellationToken).ConfigureAwait(false);
        await file.CloseAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task CloseQuietlyAsync() => _file.CloseQuietlyAsync();

    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync().ConfigureAwait(false);
        _reopening.Dispose();
    }

    private static SftpFile Open(SftpStore store, IReadOnlyList<SftpLease> leases, string path) =>
        new(leases, path, FileAccess.Write, store.Options.MaxRequests, store.Time);

    private async ValueTask<SftpFile> FileAsync(CancellationToken cancellationToken)
    {
        await _reopening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_file.IsUsable)
            {
                var file = Open(store, await store.LeaseAsync(size, cancellationToken).ConfigureAwait(false), path);
                await _file.DisposeAsync().ConfigureAwait(false);
                (_file, IsUnsure) = (file, true);
            }

            return _file;
        }
        finally
        {
            _reopening.Release();
        }
    }
}
