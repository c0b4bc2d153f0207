using GlanceStore.Drivers;
using GlanceStore.Resilience;

namespace GlanceStore.Transfer;

/// <summary>The deletion of an image. Where an answer was lost, what is there afterwards says what came of it.</summary>
internal static class Deletion
{
    /// <summary>Deletes an image; false where it was not there. True where it is gone after an attempt whose answer was lost: it may have been that one.</summary>
    public static async ValueTask<bool> RunAsync(StoreParts store, ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken)
    {
        var mayBeGone = false;
        try
        {
            return await store.Retry.RunAsync(async token =>
            {
                var before = mayBeGone;
                mayBeGone = true; // also where the answer never comes, which ends the call by its token
                try
                {
                    return await store.Driver.DeleteAsync(location, intent, token).ConfigureAwait(false) || before;
                }
                catch (StoreException e) when (!e.IsTransient || e.Error == StoreError.Throttled)
                {
                    mayBeGone = before; // this one was refused, not lost

                    // A condition fails on its own success, too: a backend says 412 of an image that is gone.
                    if (!before || e.Error != StoreError.Changed || await store.Driver.FindAsync(location, token).ConfigureAwait(false) is not null)
                    {
                        throw;
                    }

                    return true;
                }
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (mayBeGone && e.IsTransient)
        {
            if (await IsGoneAsync(store, location, cancellationToken).ConfigureAwait(false))
            {
                return true;
            }

            throw;
        }
    }

    /// <summary>Removes what was published and shall not stay, and nothing that has replaced it since. Where it stays, the log says why.</summary>
    public static async ValueTask<bool> TryTakeBackAsync(StoreParts store, StoredObject stored)
    {
        try
        {
            store.Require(store.Can.CanDelete, "deletes no images");
            await RunAsync(store, stored.Location, new DeleteIntent(stored.VersionTag), CancellationToken.None).ConfigureAwait(false);
            store.Telemetry.TakenBack(stored.Location);
            return true;
        }
        catch (StoreException e)
        {
            store.Telemetry.NotTakenBack(stored.Location, e.Message);
            return false;
        }
    }

    // One look without retries: the failure of the deletion is the one to report.
    private static async ValueTask<bool> IsGoneAsync(StoreParts store, ImageLocation location, CancellationToken cancellationToken)
    {
        try
        {
            using var watch = store.Retry.Watch(cancellationToken);
            return await watch.GuardAsync(token => store.Driver.FindAsync(location, token)).ConfigureAwait(false) is null;
        }
        catch (StoreException)
        {
            return false;
        }
    }
}
