namespace GlanceStore.Drivers.Sftp;

/// <summary>
/// A part written through one handle that is opened once, from its first byte to its last, many requests under way: what every server can. The handle
/// ends with its connection, and such an upload with it.
/// </summary>
internal sealed class SftpOneHandleUpload(SftpLease lease, string path, TimeProvider time) : ISftpUpload
{
    private readonly SftpFeed _feed = new();
    private Task _sending = Task.CompletedTask;

    public SftpLease Lease => lease;

    public bool GoesOn => false;

    public bool IsUnsure => false;

    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        await lease.OpenAsync(() => BeginAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        _ = CountOutAsync();
    }

    /// <inheritdoc/>
    /// <remarks>Done when the library has taken the bytes; whether the server has is said by a later write, or by the closing.</remarks>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        var taken = _feed.Offer(bytes, offset)
            ?? throw new StoreException(StoreError.Unsupported, $"The server takes {path} in order only, and bytes before {offset} were not written.");
        try
        {
            await Task.WhenAny(taken, _sending).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _feed.Withdraw();
        }

        await ThrowWhereEndedAsync().ConfigureAwait(false);
    }

    public Task CloseAsync(CancellationToken cancellationToken)
    {
        _feed.End();
        return _sending.WaitAsync(cancellationToken);
    }

    public async Task CloseQuietlyAsync()
    {
        using var limit = new CancellationTokenSource(SftpFile.ClosingTime, time);
        await CloseAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_feed.Begun.IsCompleted && !_sending.IsCompletedSuccessfully)
        {
            lease.Connection.Retire(); // with it ends the handle, which the library leaves open where it fails
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseQuietlyAsync().ConfigureAwait(false);
        lease.Dispose();
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        _sending = lease.RunAsync($"Writing {path}", client =>
        {
            client.BufferSize = SftpHabits.PlainBytes; // no request that is longer than every server has to take
            return SftpThread.RunAsync(() => client.UploadFile(_feed, path, canOverride: false));
        });
        await Task.WhenAny(_feed.Begun, _sending).WaitAsync(cancellationToken).ConfigureAwait(false);
        await ThrowWhereEndedAsync().ConfigureAwait(false);
    }

    private async Task CountOutAsync()
    {
        await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lease.CountOut();
    }

    private async Task ThrowWhereEndedAsync()
    {
        if (_sending.IsCompleted)
        {
            await _sending.ConfigureAwait(false);
        }
    }
}
