using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

/// <summary>An upload: written in parallel into a block device in the trash, which gets the image's name when it is whole.</summary>
internal sealed class RbdWriter(RbdStore store, ImageId id, WriteIntent intent, ImageLocation location, RbdUpload upload) : DriverWriter
{
    // As the size grows, the device does: doubled, for few rounds, but by no more than what takes a moment to cut off again.
    private const long MostGrowth = 8L << 30;

    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly RbdGrowth _growth = new(upload.Image.Size, MostGrowth);
    private RbdUpload? _upload = upload;
    private Task<StoredObject>? _publishing;

    public override ImageLocation Location { get; } = location;

    public override string? Token { get; } = upload.Id;

    public override async ValueTask WriteChunkAsync(Chunk chunk, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var current = await UploadAsync(chunk.Offset + chunk.Length, cancellationToken).ConfigureAwait(false);
        await store.Connection.GuardAsync($"Writing {Location}", current.Session, WriteAsync(current, chunk, cancellationToken)).ConfigureAwait(false);
    }

    // Compared byte by byte: without a cache, what was reported as written is there, and this is how it is known.
    public override async ValueTask<bool> TryKeepChunkAsync(Chunk chunk, CancellationToken cancellationToken)
    {
        var current = await UploadAsync(0, cancellationToken).ConfigureAwait(false);
        if (chunk.Offset + chunk.Length > _growth.Size)
        {
            return false;
        }

        using var held = await store.Connection.GuardAsync($"Reading back {Location}", current.Session,
            ReadBackAsync(current.Image, chunk.Offset, chunk.Length).OrAbandonAsync(static late => late.Dispose(), cancellationToken)).ConfigureAwait(false);
        return held.Span[..chunk.Length].SequenceEqual(chunk.Bytes.Span);
    }

    public override async ValueTask<StoredObject> CommitAsync(WriteSummary summary, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_publishing is { IsCompletedSuccessfully: true })
        {
            return await _publishing.ConfigureAwait(false);
        }

        var current = await UploadAsync(0, cancellationToken).ConfigureAwait(false);
        if (_publishing is not { IsCompleted: false })
        {
            _publishing = RbdThread.RunAsync(() => Publish(current, summary.Size, cancellationToken));
        }

        return await store.Connection.GuardAsync($"Publishing {Location}", current.Session, _publishing.WaitAsync(cancellationToken)).ConfigureAwait(false);
    }

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _upload, null) is not { } last)
        {
            return;
        }

        if (_publishing is { IsCompletedSuccessfully: true })
        {
            last.Dispose();
        }
        else if (intent.StaysOpen)
        {
            await RbdThread.RunAsync(last.Dispose).ConfigureAwait(false);
        }
        else
        {
            await store.RemoveAsync(id, last, _publishing).ConfigureAwait(false);
        }

        _opening.Dispose();
    }

    private static async Task<NativeBuffer> ReadBackAsync(RbdImage image, long offset, int count)
    {
        var buffer = NativeBuffer.Rent(count);
        try
        {
            await image.ReadAsync(offset, buffer, count).ConfigureAwait(false);
            return buffer;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    private async Task<bool> WriteAsync(RbdUpload current, Chunk chunk, CancellationToken cancellationToken)
    {
        var writing = await current.Session.Writes.BeginAsync(() => WriteAsync(current.Image, chunk), cancellationToken).ConfigureAwait(false);
        return await writing.OrAbandonAsync(static _ => { }, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> WriteAsync(RbdImage image, Chunk chunk)
    {
        if (!store.Options.ThinProvisioning)
        {
            await image.WriteAsync(chunk.Offset, chunk.Bytes.Span).ConfigureAwait(false);
            return true;
        }

        await Task.WhenAll(ZeroRuns.Between(chunk.Bytes, chunk.Offset).Select(run =>
            image.WriteAsync(chunk.Offset + run.Start.Value, chunk.Bytes.Span[run]))).ConfigureAwait(false);
        return true;
    }

    // The device outlives the connection it was opened on, and grows to the byte that is going to be written.
    private async ValueTask<RbdUpload> UploadAsync(long end, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_upload is null, this);
        if (!_upload.Session.IsRetired && end <= _growth.Size)
        {
            return _upload;
        }

        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_upload.Session.IsRetired)
            {
                var old = _upload;
                _upload = await store.ReopenAsync(id, old.Id, cancellationToken).ConfigureAwait(false);
                _ = RbdThread.RunAsync(old.Dispose);
            }

            if (end > _growth.Size)
            {
                var (current, size) = (_upload, _growth.Next(end));
                await store.Connection.RunAsync($"Growing {Location}", _ => Resize(current, size), cancellationToken).ConfigureAwait(false);
                _growth.Size = size;
            }

            return _upload;
        }
        finally
        {
            _opening.Release();
        }
    }

    private static bool Resize(RbdUpload current, long size)
    {
        current.Image.Resize(size);
        return true;
    }

    private StoredObject Publish(RbdUpload current, long size, CancellationToken cancellationToken) =>
        new RbdPublication(current, id, intent.Mode, store.Time, store.Logger).Publish(Location, size, cancellationToken);
}
