using GlanceStore.Drivers;
using GlanceStore.Resilience;

namespace GlanceStore.Transfer;

/// <summary>The deletion of an image. Where an answer was lost, what is there afterwards says what came of it.</summary>
internal static class Deletion
{
    /// <summary>Deletes an image; false where it was not there. True where it is gone after an attempt whose answer was lost: it may have been that one.</summary>
    public static ValueTask<bool> RunAsync(StoreParts store, ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken)
    {
        var mayBeGone = false;
        return store.Retry.RunAsync(async token =>
        {
            try
            {
                return await store.Driver.DeleteAsync(location, intent, token).ConfigureAwait(false) || mayBeGone;
            }
            catch (StoreException e) when (e.IsTransient && e.Error != StoreError.Throttled)
            {
                mayBeGone = true;
                throw;
            }
            catch (StoreException e) when (mayBeGone && e.Error == StoreError.Changed)
            {
                // A condition fails on its own success, too: a backend says 412 of an image that is gone.
                if (await store.Driver.FindAsync(location, token).ConfigureAwait(false) is not null)
                {
                    throw;
                }

                return true;
            }
        }, cancellationToken);
    }
}
