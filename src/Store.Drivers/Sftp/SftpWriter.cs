using Renci.SshNet.Sftp;

namespace GlanceStore.Drivers.Sftp;

/// <summary>An upload: a part beside the target, written at any offset, then named.</summary>
internal sealed class SftpWriter(SftpStore store, string name, WriteIntent intent, ImageLocation location, string part) : DriverWriter
{
    private readonly SemaphoreSlim _reopening = new(1, 1);
    private SftpFile? _file;
    private bool _mayBeMade;
    private bool _isPublished;
    private StoreException? _final;

    public override ImageLocation Location { get; } = location;

    /// <summary>Makes the part. What a cancelled call may have made all the same is removed by disposing.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        _file = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await store.Directory.EnsureAsync(_file.Lease, cancellationToken).ConfigureAwait(false);
        await store.Naming.ProbeAsync(_file.Lease, cancellationToken).ConfigureAwait(false);
        _mayBeMade = true;
        try
        {
            await _file.CreateAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Error == StoreError.NotFound)
        {
            store.Directory.Forget();
            throw new StoreException(StoreError.Unavailable, $"The directory of {Location} was removed.", e) { IsTransient = true };
        }
        catch (StoreException e) when (SftpErrors.IsUnexplained(e.InnerException))
        {
            throw await ExplainAsync(_file.Lease, e, 1, cancellationToken).ConfigureAwait(false);
        }
    }

    public override async ValueTask WriteChunkAsync(Chunk chunk, CancellationToken cancellationToken)
    {
        var file = await FileAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await file.WriteAsync(chunk.Bytes, chunk.Offset, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (SftpErrors.IsUnexplained(e.InnerException))
        {
            throw await ExplainAsync(file.Lease, e, chunk.Length, cancellationToken).ConfigureAwait(false);
        }
    }

    public override async ValueTask<StoredObject> CommitAsync(WriteSummary summary, CancellationToken cancellationToken)
    {
        var lease = await CloseAsync(cancellationToken).ConfigureAwait(false);
        var attributes = await lease.RunAsync($"Looking at {part}", client => client.GetAttributesAsync(part, cancellationToken)).ConfigureAwait(false);
        if (attributes.Size != summary.Size)
        {
            throw new StoreException(StoreError.Corrupted, $"{attributes.Size} bytes arrived for {Location}, and {summary.Size} were sent.");
        }

        await SettleAsync(lease, attributes, cancellationToken).ConfigureAwait(false);
        await (intent.Mode == WriteMode.CreateNew
            ? store.Naming.CreateAsync(lease, part, name, cancellationToken)
            : store.Naming.ReplaceAsync(lease, part, name, cancellationToken)).ConfigureAwait(false);
        _isPublished = true;
        return SftpStore.Describe(Location, attributes);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_file is not { } file)
        {
            return;
        }

        _file = null;
        await file.CloseQuietlyAsync().ConfigureAwait(false);
        if (_mayBeMade && !_isPublished)
        {
            await SftpParts.RemoveAsync(store, file.Lease, part).ConfigureAwait(false);
        }

        await file.DisposeAsync().ConfigureAwait(false);
        _reopening.Dispose();
    }

    private async ValueTask<SftpFile> OpenAsync(CancellationToken cancellationToken) =>
        new(await store.LeaseAsync(intent.Size, cancellationToken).ConfigureAwait(false), part, FileAccess.Write, store.Options.MaxRequests, store.Time);

    // The part outlives the connections it was begun on: what the server has taken stays, and the front sends the rest again.
    private async ValueTask<SftpFile> FileAsync(CancellationToken cancellationToken)
    {
        await _reopening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_file!.IsUsable)
            {
                var file = await OpenAsync(cancellationToken).ConfigureAwait(false);
                await _file.DisposeAsync().ConfigureAwait(false);
                _file = file;
            }

            return _file;
        }
        finally
        {
            _reopening.Release();
        }
    }

    // A server that writes late fails the closing of a handle, not the write; what is lost then does not come back by asking again.
    private async Task<SftpLease> CloseAsync(CancellationToken cancellationToken)
    {
        if (_final is not null)
        {
            throw _final;
        }

        var file = await FileAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await file.CloseAsync(cancellationToken).ConfigureAwait(false);
            return file.Lease;
        }
        catch (StoreException e) when (SftpErrors.IsAnswer(e.InnerException))
        {
            _final = new StoreException(e.Error, e.Message, e);
            throw _final;
        }
    }

    // Permissions and, where it replaces an image of the same size within the second, a time of its own: version tags are made of it.
    private async Task SettleAsync(SftpLease lease, SftpFileAttributes attributes, CancellationToken cancellationToken)
    {
        var settle = store.Options.FileMode is not null;
        if (store.Options.FileMode is { } permissions)
        {
            attributes.SetPermissions(SftpStore.OctalDigits(permissions));
        }

        if (intent.Mode == WriteMode.Replace
            && await store.Directory.FindAsync(lease, name, cancellationToken).ConfigureAwait(false) is { } old
            && old.Attributes.Size == attributes.Size && old.Attributes.LastWriteTimeUtc >= attributes.LastWriteTimeUtc)
        {
            attributes.LastWriteTimeUtc = old.Attributes.LastWriteTimeUtc.AddSeconds(1);
            settle = true;
        }

        if (settle)
        {
            await lease.RunBlockingAsync($"Setting the attributes of {part}", client => client.SetAttributes(part, attributes), cancellationToken)
                .ConfigureAwait(false);
        }
    }

    // SFTP has no word for a full disk; the file system of the directory has.
    private async ValueTask<StoreException> ExplainAsync(SftpLease lease, StoreException failure, long bytes, CancellationToken cancellationToken)
    {
        try
        {
            var directory = store.Directory.PathOf("");
            var status = await lease.RunAsync($"Looking at {directory}", client => client.GetStatusAsync(directory, cancellationToken)).ConfigureAwait(false);
            return status.AvailableBlocks * status.BlockSize < (ulong)bytes || status.AvailableNodes == 0
                ? new StoreException(StoreError.OutOfSpace, $"There is no room left for {Location} on the server.", failure)
                : failure;
        }
        catch (StoreException)
        {
            return failure;
        }
    }
}
