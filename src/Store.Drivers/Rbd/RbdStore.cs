using System.Collections.Concurrent;
using GlanceStore.Drivers.Rbd.Native;
using Microsoft.Extensions.Logging;

namespace GlanceStore.Drivers.Rbd;

/// <summary>What the verbs of one store share.</summary>
internal sealed record RbdStore(RbdDriverOptions Options, RbdConnection Connection, RbdSnapshots Snapshots, TimeProvider Time, ILogger Logger)
{
    // How long whoever gives an upload up waits for its removal; where he was cancelled, no longer than cancellation may take.
    private static readonly TimeSpan RemovalPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CancelledPatience = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentDictionary<Task, bool> _removing = new();

    /// <summary>Begins an upload; one that nobody waits for any more is removed.</summary>
    public Task<RbdUpload> BeginAsync(ImageId id, Func<RbdSession, RbdUpload> begin, CancellationToken cancellationToken) =>
        Connection.RunAsync($"Beginning the upload of {id}", begin, late => _ = RemoveAsync(id, late, null, CancelledPatience), cancellationToken);

    /// <summary>Opens an upload again.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.NotFound"/>: it is not there any more.</exception>
    public async Task<RbdUpload> ReopenAsync(ImageId id, string upload, CancellationToken cancellationToken) =>
        await Connection.RunAsync($"Opening the upload of {id}", session => RbdUpload.TryReopen(session, id, upload),
            static late => late?.Dispose(), cancellationToken).ConfigureAwait(false)
        ?? throw new StoreException(StoreError.NotFound, $"There is no such upload of {id} in the trash of the pool.");

    /// <summary>Closes an upload and removes it, unless it became an image.</summary>
    /// <param name="id">The image it was to become.</param>
    /// <param name="upload">The upload.</param>
    /// <param name="publishing">A publication that may still be under way, though nobody waits for it; null where none was begun.</param>
    /// <param name="wasCancelled">Whether whoever waits was cancelled.</param>
    public Task RemoveAsync(ImageId id, RbdUpload upload, Task? publishing, bool wasCancelled) =>
        RemoveAsync(id, upload, publishing, wasCancelled ? CancelledPatience : RemovalPatience);

    /// <summary>Waits for what was given up and is still being removed, within reason.</summary>
    public Task RemoveAllAsync() => Task.WhenAny(Task.WhenAll(_removing.Keys), Task.Delay(RemovalPatience, Time));

    private Task RemoveAsync(ImageId id, RbdUpload upload, Task? publishing, TimeSpan patience)
    {
        var removing = RemoveQuietlyAsync(id, upload, publishing);
        _removing.TryAdd(removing, true);
        _ = removing.ContinueWith(ended => _removing.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return WaitAsync(removing, patience);
    }

    // By a clock that goes slow where the machine is busy with other things, as the removal does then.
    private async Task WaitAsync(Task removing, TimeSpan patience)
    {
        for (var left = patience; left > TimeSpan.Zero && !removing.IsCompleted; left -= Tick)
        {
            await Task.WhenAny(removing, Task.Delay(Tick, Time)).ConfigureAwait(false);
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
