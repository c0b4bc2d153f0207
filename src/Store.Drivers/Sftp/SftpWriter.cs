using Renci.SshNet.Sftp;

namespace GlanceStore.Drivers.Sftp;

/// <summary>An upload: a part beside the target, written through one handle or several, then named.</summary>
internal sealed class SftpWriter(SftpStore store, string name, WriteIntent intent, ImageLocation location, string part) : DriverWriter
{
    private ISftpUpload? _upload;
    private SftpLease? _other;
    private bool _isPublished;
    private bool _isEnded;
    private bool _isWhole;
    private StoreException? _final;

    public override ImageLocation Location { get; } = location;

    /// <summary>
    /// Makes the part of an image whose only chunk comes next. One handle is enough for it, and what fails is begun again from the start.
    /// </summary>
    public async Task BeginWholeAsync(CancellationToken cancellationToken)
    {
        _isWhole = true;
        var lease = await store.Connections.LeaseAsync(cancellationToken).ConfigureAwait(false);
        _upload = new SftpOneHandleUpload(lease, part, store.Time);
        await store.Directory.EnsureAsync(lease, cancellationToken).ConfigureAwait(false);
        await store.Probe.LearnToRenameAsync(lease, cancellationToken).ConfigureAwait(false);
        await CreateAsync(_upload, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes the part. What a cancelled call may have made all the same is removed by disposing.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        var leases = await store.LeaseAsync(intent.Size, cancellationToken).ConfigureAwait(false);
        ISftpUpload shared = new SftpSharedUpload(store, intent.Size, leases, part);
        _upload = shared;
        await store.Directory.EnsureAsync(leases[0], cancellationToken).ConfigureAwait(false);
        await store.Probe.LearnToShareAsync(leases, cancellationToken).ConfigureAwait(false);
        if (!store.Habits.Shares(leases.Count))
        {
            _upload = new SftpOneHandleUpload(leases[0], part, store.Time);
            leases.Skip(1).ToList().ForEach(lease => lease.Dispose());
        }

        await CreateAsync(_upload, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask WriteChunkAsync(Chunk chunk, CancellationToken cancellationToken)
    {
        try
        {
            await _upload!.WriteAsync(chunk.Bytes, chunk.Offset, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            throw AsItEnds(await ExplainAsync(e, chunk.Length, cancellationToken).ConfigureAwait(false));
        }
    }

    /// <inheritdoc/>
    /// <remarks>Ends the writing first: a connection that breaks as late as that makes what the server holds unsure, too.</remarks>
    public override async ValueTask<DriverReader?> OpenUnsureAsync(long offset, CancellationToken cancellationToken)
    {
        await CloseAsync(cancellationToken).ConfigureAwait(false);
        _isEnded = true;
        return _upload!.IsUnsure ? await SftpReadBack.OpenAsync(store, part, Location, offset, cancellationToken).ConfigureAwait(false) : null;
    }

    public override async ValueTask<StoredObject> CommitAsync(WriteSummary summary, CancellationToken cancellationToken)
    {
        await CloseAsync(cancellationToken).ConfigureAwait(false);
        var lease = await LeaseAsync(cancellationToken).ConfigureAwait(false);
        var attributes = await lease.RunAsync($"Looking at {part}", client => client.GetAttributesAsync(part, cancellationToken)).ConfigureAwait(false);
        if (attributes.Size != summary.Size)
        {
            throw new StoreException(StoreError.Corrupted, $"{attributes.Size} bytes arrived for {Location}, and {summary.Size} were sent.");
        }

        if (_upload!.IsUnsure && !_isEnded)
        {
            throw new StoreException(StoreError.Unavailable, $"A connection broke while {Location} was written, and nobody has compared what the server holds.");
        }

        await SettleAsync(lease, attributes, cancellationToken).ConfigureAwait(false);
        await (intent.Mode == WriteMode.CreateNew
            ? store.Naming.CreateAsync(lease, part, name, cancellationToken)
            : store.Naming.ReplaceAsync(lease, part, name, cancellationToken)).ConfigureAwait(false);
        _isPublished = true;
        return SftpAttributes.Describe(Location, attributes);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_upload is not { } upload)
        {
            return;
        }

        _upload = null;
        await upload.CloseQuietlyAsync().ConfigureAwait(false);
        if (!_isPublished)
        {
            await store.Parts.RemoveAsync(upload.Lease, part).ConfigureAwait(false);
        }

        await upload.DisposeAsync().ConfigureAwait(false);
        _other?.Dispose();
    }

    // For what is done to the part by its name: the connection it was written on, or another where that broke.
    private async ValueTask<SftpLease> LeaseAsync(CancellationToken cancellationToken)
    {
        if (_upload!.Lease is { IsUsable: true } lease)
        {
            return lease;
        }

        if (_other is not { IsUsable: true })
        {
            _other?.Dispose();
            _other = null;
            _other = await store.Connections.LeaseAsync(cancellationToken).ConfigureAwait(false);
        }

        return _other;
    }

    private async Task CreateAsync(ISftpUpload upload, CancellationToken cancellationToken)
    {
        try
        {
            await upload.CreateAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Error == StoreError.NotFound)
        {
            store.Directory.Forget();
            throw new StoreException(StoreError.Unavailable, $"The directory of {Location} was removed.", e) { IsTransient = true };
        }
        catch (StoreException e)
        {
            throw await ExplainAsync(e, 1, cancellationToken).ConfigureAwait(false);
        }
    }

    // A server that writes late fails the closing of a handle, not the write; what is lost then does not come back by asking again.
    private async Task CloseAsync(CancellationToken cancellationToken)
    {
        if (_final is not null)
        {
            throw _final;
        }

        try
        {
            await _upload!.CloseAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (SftpErrors.IsAnswer(e.InnerException) || !_upload!.GoesOn)
        {
            var explained = AsItEnds(await ExplainAsync(e, 1, cancellationToken).ConfigureAwait(false));
            _final = _isWhole ? explained : new StoreException(explained.Error, explained.Message, explained);
            throw _final;
        }
    }

    // Through one handle nothing is written again in the middle; but an image of one chunk is begun again from its start.
    private StoreException AsItEnds(StoreException failure) => _upload!.GoesOn || _isWhole || !failure.IsTransient
        ? failure
        : new StoreException(failure.Error,
            $"{failure.Message} The server takes an image through one handle only, so that the upload cannot go on: put it again.", failure);

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
            && old.Attributes.Size == attributes.Size
            && SftpAttributes.LastWritten(old.Attributes) >= SftpAttributes.LastWritten(attributes))
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
    private async ValueTask<StoreException> ExplainAsync(StoreException failure, long bytes, CancellationToken cancellationToken)
    {
        if (!SftpErrors.IsUnexplained(failure.InnerException))
        {
            return failure;
        }

        try
        {
            var directory = store.Directory.PathOf("");
            var lease = await LeaseAsync(cancellationToken).ConfigureAwait(false);
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
