using System.Collections.Concurrent;
using GlanceStore.Drivers.Rbd.Native;
using Microsoft.Extensions.Logging;

namespace GlanceStore.Drivers.Rbd;

/// <summary>What the verbs of one store share.</summary>
internal sealed record RbdStore(RbdDriverOptions Options, RbdConnection Connection, RbdSnapshots Snapshots, TimeProvider Time, ILogger Logger)
{
    // How long whoever gives an upload up waits for its removal: no longer than cancellation may take, since a writer is not told why it is given up.
    private static readonly TimeSpan RemovalPatience = TimeSpan.FromMilliseconds(400);

    // How long a driver waits, at its end and before it sweeps, for what is still being removed.
    private static readonly TimeSpan SettlingPatience = TimeSpan.FromSeconds(15);

    // By the id of each.
    private readonly ConcurrentDictionary<Task, string> _removing = new();

    /// <summary>Begins an upload; one that nobody waits for any more is removed.</summary>
    public async Task<RbdUpload> BeginAsync(ImageId id, Func<RbdSession, RbdUpload> begin, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var beginning = Connection.RunAsync($"Beginning the upload of {id}", begin, CancellationToken.None);
        try
        {
            return await beginning.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Track(RemoveLateAsync(id, beginning), "");
            throw;
        }
    }

    /// <summary>Opens an upload again.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.NotFound"/>: it is not there any more, or is just being removed.</exception>
    public async Task<RbdUpload> ReopenAsync(ImageId id, string upload, CancellationToken cancellationToken) =>
        (_removing.Values.Contains(upload)
            ? null
            : await Connection.RunAsync($"Opening the upload of {id}", session => RbdUpload.TryReopen(session, id, upload),
                static late => late?.Dispose(), cancellationToken).ConfigureAwait(false))
        ?? throw new StoreException(StoreError.NotFound, $"There is no such upload of {id} in the trash of the pool.");

    /// <summary>Closes an upload and removes it, unless it became an image.</summary>
    /// <param name="id">The image it was to become.</param>
    /// <param name="upload">The upload.</param>
    /// <param name="publishing">A publication that may still be under way, though nobody waits for it; null where none was begun.</param>
    /// <remarks>Waits for a moment only; what takes longer goes on, and the driver waits for it at its end.</remarks>
    public Task RemoveAsync(ImageId id, RbdUpload upload, Task? publishing)
    {
        var removing = RemoveQuietlyAsync(id, upload, publishing);
        Track(removing, upload.Id);
        return Task.WhenAny(removing, Task.Delay(RemovalPatience, Time));
    }

    /// <summary>Waits for what was given up and is still being removed.</summary>
    public Task SettledAsync() => Task.WhenAll(_removing.Keys);

    /// <summary>As <see cref="SettledAsync"/>, within reason.</summary>
    public Task SettledInTimeAsync() => Task.WhenAny(SettledAsync(), Task.Delay(SettlingPatience, Time));

    private void Track(Task removing, string upload)
    {
        _removing.TryAdd(removing, upload);
        _ = removing.ContinueWith(ended => _removing.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task RemoveLateAsync(ImageId id, Task<RbdUpload> beginning)
    {
        await ((Task)beginning).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (beginning.IsCompletedSuccessfully)
        {
            await RemoveQuietlyAsync(id, await beginning.ConfigureAwait(false), null).ConfigureAwait(false);
        }
    }

    // It may have been published all the same, by a commit whose answer nobody heard.
    private async Task RemoveQuietlyAsync(ImageId id, RbdUpload upload, Task? publishing)
    {
        try
        {
            await (publishing ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await upload.CloseAsync().ConfigureAwait(false);
            await Connection.RunAsync($"Removing the upload of {id}", session =>
            {
                if (session.Pool.FindImageId(id.Value) != upload.Id)
                {
                    new RbdRemoval(session, Time, Logger).RemoveUpload(upload.Id, id.Value);
                }

                return true;
            }, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StoreException or ObjectDisposedException)
        {
            RbdLog.UploadStays(Logger, e, upload.Id);
        }
    }
}
