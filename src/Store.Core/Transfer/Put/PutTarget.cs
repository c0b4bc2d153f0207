using System.Threading.Channels;
using GlanceStore.Diagnostics;
using GlanceStore.Drivers;
using GlanceStore.Resilience;

namespace GlanceStore.Transfer;

/// <summary>One store that a put goes to, and how far it has come there.</summary>
internal sealed class PutTarget
{
    private readonly Channel<PutChunk> _queue = Channel.CreateUnbounded<PutChunk>(new UnboundedChannelOptions { SingleWriter = true });
    private readonly Publication _publication;
    private readonly Farewell _farewell;
    private IAsyncDisposable? _use;
    private Task<DriverWriter>? _opening;
    private Task<StoredObject>? _publishing;
    private DriverWriter? _writer;
    private PutSessionFile? _session;
    private StoreException? _refusal;
    private bool _stays;

    public PutTarget(StoreParts store, ImageId id, Farewell farewell)
    {
        Id = id;
        Store = store;
        _farewell = farewell;
        _publication = new Publication(store.Driver, store.Retry, store.Telemetry);
        Operation = new StoreOperation(store.Telemetry, "put", store.Can.CanWrite ? store.Driver.LocationOf(id) with { StoreId = store.Id } : null);
    }

    public StoreParts Store { get; }

    public ImageId Id { get; }

    public StoreOperation Operation { get; }

    /// <summary>By what the upload can be opened again; null where it cannot.</summary>
    public string? Token => _writer?.Token;

    /// <summary>Why nothing more goes to this target; null while all is well.</summary>
    public StoreException? Failure { get; private set; }

    /// <summary>The published image; null until it is.</summary>
    public StoredObject? Stored { get; private set; }

    /// <summary>Whether the store may hold the image: it was begun to be published, and not seen to fail or removed again.</summary>
    public bool MayHold => _stays || _publishing is { IsFaulted: false };

    /// <exception cref="StoreException">The store cannot take this image, whatever its bytes.</exception>
    public Task AdmitAsync(long? size)
    {
        Store.Require(Store.Can.CanWrite, "takes no images");
        _use = Store.Use.Enter();
        new SizeContract(size, Store.Can.MaxImageBytes).CheckDeclared();
        if (Store.Can.NeedsSize && size is null)
        {
            throw new StoreException(StoreError.Unsupported, "This store must know the size of an image before it is sent: state ExpectedSize.");
        }

        return Task.CompletedTask;
    }

    // Hours of upload should not end in "already exists": look before they begin. The commit decides all the same.
    public async Task OpenAsync(WriteIntent intent, PutSessionFile session, CancellationToken cancellationToken)
    {
        _session = session;
        if (intent.Mode == WriteMode.CreateNew && await FindAsync(cancellationToken).ConfigureAwait(false) is { } taken)
        {
            RefuseUnlessOwn(taken, new StoreException(StoreError.AlreadyExists, $"There is an image at {taken.Location} already."));
            return;
        }

        try
        {
            _opening = Store.Retry.RunAsync(token => OpenWriterAsync(intent with { StaysOpen = session.IsKept }, token), cancellationToken).AsTask();
            _writer = await _farewell.ResultOfAsync(_opening).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Error == StoreError.InvalidSession)
        {
            RefuseUnlessOwn(await FindAsync(cancellationToken).ConfigureAwait(false), e);
        }
    }

    /// <summary>Hands it a chunk, which it drops where it has failed.</summary>
    public void Offer(PutChunk chunk)
    {
        if (!_queue.Writer.TryWrite(chunk))
        {
            chunk.Drop();
        }
    }

    /// <summary>There are no more chunks.</summary>
    public void EndChunks() => _queue.Writer.TryComplete();

    /// <summary>Writes every chunk it is handed, several at once.</summary>
    public async Task WriteAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Parallel.ForEachAsync(
                _queue.Reader.ReadAllAsync(cancellationToken),
                new ParallelOptions { MaxDegreeOfParallelism = Store.Parallelism, CancellationToken = cancellationToken },
                WriteAsync).ConfigureAwait(false);
        }
        finally
        {
            EndChunks();
            while (_queue.Reader.TryRead(out var left))
            {
                left.Drop();
            }
        }
    }

    /// <summary>Publishes what was written, or finds that an earlier put of the session has.</summary>
    public async Task CommitAsync(WriteSummary summary, CancellationToken cancellationToken)
    {
        if (_writer is not { } writer)
        {
            Stored = await _publication.FindOwnAsync(Store.Driver.LocationOf(Id), summary, cancellationToken).ConfigureAwait(false) ?? throw _refusal!;
            return;
        }

        var limit = Store.Retry.LimitForCommit(summary.Chunks.Count);
        await RequireSentAsync(writer, summary, limit, cancellationToken).ConfigureAwait(false);
        _publishing = _publication.PublishAsync(writer.Location, summary, token => writer.CommitAsync(summary, token), limit, cancellationToken);
        Stored = await _farewell.ResultOfAsync(_publishing).ConfigureAwait(false);
    }

    /// <summary>Writes and publishes an image of one chunk.</summary>
    public async Task PutWholeAsync(PutChunk image, WriteIntent intent, WriteSummary summary, CancellationToken cancellationToken)
    {
        CheckHolds(image);
        var chunk = await image.ForAsync(Store.Can, cancellationToken).ConfigureAwait(false);
        _publishing = PublishWholeAsync(image, chunk, intent, summary, cancellationToken);
        Stored = await _farewell.ResultOfAsync(_publishing).ConfigureAwait(false);
        Store.Telemetry.Written(chunk.Length);
    }

    /// <summary>Removes what a session's upload has so far. Where that fails, it is a sweep's.</summary>
    public async Task GiveUpAsync(CancellationToken cancellationToken)
    {
        if (_writer is not { Token: { } token } writer)
        {
            return;
        }

        (_writer, _opening) = (null, null);
        try
        {
            await writer.DisposeAsync().ConfigureAwait(false);
            var uploads = Store.Driver.GetFeature<IResumableWrites>()!;
            var again = await uploads.ReopenWriteAsync(Id, new WriteIntent(WriteMode.CreateNew, null), token, cancellationToken).ConfigureAwait(false);
            await again.DisposeAsync().ConfigureAwait(false);
        }
        catch (StoreException)
        {
            // The put ends with the refusal.
        }
    }

    /// <summary>Reads back what was published; what is not the image is removed.</summary>
    public async Task ReadBackAsync(WriteSummary summary, CancellationToken cancellationToken)
    {
        var stored = Stored!;
        try
        {
            await _publication.RequireHeldAsync(stored, summary, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            (Stored, _publishing) = (null, null); // nobody takes back what is removed here
            using var limit = Removal.LimitFor(cancellationToken);
            _stays = !await TryRemoveAsync(stored, limit.Token).ConfigureAwait(false);
            if (_stays && e is StoreException error)
            {
                throw error.With($"It stays at {stored.Location}, from where it was not removed.");
            }

            throw;
        }
    }

    /// <summary>Waits for a publication that the put no longer waits for: it may take effect after all.</summary>
    public async Task SettleAsync()
    {
        if (Stored is null && _publishing is { } publishing)
        {
            await ((Task)publishing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Stored = publishing.IsCompletedSuccessfully ? await publishing.ConfigureAwait(false) : null;
        }
    }

    /// <summary>Removes what was published; whether it is gone.</summary>
    public async Task<bool> TryTakeBackAsync()
    {
        if (!await Deletion.TryTakeBackAsync(Store, Stored!).ConfigureAwait(false))
        {
            return false;
        }

        (Stored, _publishing) = (null, null);
        return true;
    }

    public void Fail(StoreException failure)
    {
        Failure = failure;
        Operation.Fail(failure);
    }

    /// <summary>Ends the upload, which removes it unless it was published, and lets go of the store. Once the caller has cancelled, that may go on afterwards.</summary>
    /// <param name="before">What has to have ended before.</param>
    public async Task EndAsync(Task before)
    {
        var leaving = LeaveAsync(before);
        if (await _farewell.SeesEndOfAsync(leaving).ConfigureAwait(false))
        {
            await leaving.ConfigureAwait(false);
        }
        else
        {
            Store.Use.Leave(leaving);
        }

        Operation.Dispose();
    }

    // Calls that nobody waits for any more have to be over before the writer ends.
    private async Task LeaveAsync(Task before)
    {
        await Task.WhenAll(before, _opening ?? Task.CompletedTask, _publishing ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var late = _opening is { IsCompletedSuccessfully: true } opened ? await opened.ConfigureAwait(false) : null;
        if ((_writer ?? late) is { } writer)
        {
            await writer.DisposeAsync().ConfigureAwait(false);
        }

        if (_use is not null)
        {
            await _use.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Holds the chunk for itself: what goes on after a cancellation still reads it.
    private async Task<StoredObject> PublishWholeAsync(PutChunk image, Chunk chunk, WriteIntent intent, WriteSummary summary, CancellationToken cancellationToken)
    {
        image.Retain();
        try
        {
            return await _publication.PublishAsync(Store.Driver.LocationOf(Id), summary, token => Store.Driver.WriteWholeAsync(Id, intent, chunk, summary, token),
                Store.Retry.LimitFor(chunk.Length), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            image.Drop();
        }
    }

    // Of what a driver is not sure nobody is, until it was read.
    private async Task RequireSentAsync(DriverWriter writer, WriteSummary summary, TimeSpan openLimit, CancellationToken cancellationToken)
    {
        var held = new HeldChunks(summary.Chunks, writer.OpenUnsureAsync, openLimit, canGoOn: true);
        if (!await Store.Retry.RunWatchedAsync(held.AreSameAsync, cancellationToken).ConfigureAwait(false))
        {
            Store.Telemetry.VerificationFailed();
            throw new StoreException(StoreError.Corrupted, $"The backend holds other bytes for {writer.Location} than were sent, so nothing was stored.");
        }
    }

    // Without a version, what is there may be somebody else's by now.
    private async Task<bool> TryRemoveAsync(StoredObject stored, CancellationToken cancellationToken)
    {
        if (stored.VersionTag is not { } tag || !Store.Can.CanDelete)
        {
            return false;
        }

        try
        {
            await Deletion.RunAsync(Store, stored.Location, new DeleteIntent(tag), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            Store.Telemetry.NotTakenBack(stored.Location, e.Message);
            return false;
        }
    }

    private async ValueTask WriteAsync(PutChunk source, CancellationToken cancellationToken)
    {
        try
        {
            CheckHolds(source);
            var chunk = await source.ForAsync(Store.Can, cancellationToken).ConfigureAwait(false);
            if (_writer is { } writer)
            {
                await WriteAsync(writer, chunk, cancellationToken).ConfigureAwait(false);
            }

            source.Written();
        }
        catch
        {
            source.Drop();
            throw;
        }
    }

    private async ValueTask WriteAsync(DriverWriter writer, Chunk chunk, CancellationToken cancellationToken)
    {
        if (!await TryKeepAsync(writer, chunk, cancellationToken).ConfigureAwait(false))
        {
            await Store.Retry.RunAsync(async token =>
            {
                await writer.WriteChunkAsync(chunk, token).ConfigureAwait(false);
                return true;
            }, cancellationToken, chunk.Length).ConfigureAwait(false);
            Store.Telemetry.Written(chunk.Length);
        }

        await _session!.RecordAsync(chunk).ConfigureAwait(false);
    }

    private async ValueTask<bool> TryKeepAsync(DriverWriter writer, Chunk chunk, CancellationToken cancellationToken) => _session!.Has(chunk)
        && await Store.Retry.RunAsync(token => writer.TryKeepChunkAsync(chunk, token), cancellationToken, chunk.Length).ConfigureAwait(false);

    private ValueTask<StoredObject?> FindAsync(CancellationToken cancellationToken) =>
        Store.Retry.RunAsync(token => Store.Driver.FindAsync(Store.Driver.LocationOf(Id), token), cancellationToken);

    // A put that was killed between its commit and the end of its session finds its own image when it is gone on with. Whether it is that
    // is known once the source has been read; until then there is nothing to write to.
    private void RefuseUnlessOwn(StoredObject? there, StoreException refusal) =>
        _refusal = there is not null && _session!.MayHaveStored(there) ? refusal : throw refusal;

    private async ValueTask<DriverWriter> OpenWriterAsync(WriteIntent intent, CancellationToken cancellationToken)
    {
        if (_session!.Resumed is not { } before)
        {
            return await Store.Driver.OpenWriteAsync(Id, intent, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            var uploads = Store.Driver.GetFeature<IResumableWrites>()!;
            return await uploads.ReopenWriteAsync(Id, intent, before.Upload, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Error == StoreError.NotFound)
        {
            throw new StoreException(StoreError.InvalidSession,
                "The upload of the session is no longer there: it was finished, aborted or swept. Remove the session file and put the image anew.", e);
        }
    }

    private void CheckHolds(PutChunk chunk) => new SizeContract(null, Store.Can.MaxImageBytes).CheckNotMore(chunk.End);
}
