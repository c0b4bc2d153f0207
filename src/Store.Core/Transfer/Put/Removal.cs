using GlanceStore.Resilience;

namespace GlanceStore.Transfer;

/// <summary>The removal of what must not stay, and how long it may take.</summary>
internal static class Removal
{
    /// <summary>Ends a moment from now where the caller has cancelled, since the removal is part of his operation; else when the removal itself does.</summary>
    public static CancellationTokenSource LimitFor(CancellationToken caller)
    {
        var limit = new CancellationTokenSource();
        if (caller.IsCancellationRequested)
        {
            limit.CancelAfter(Farewell.Moment);
        }

        return limit;
    }

    /// <summary>Removes a copy that is not the image, and nothing that has replaced it since; whether it is gone.</summary>
    public static async Task<bool> TryAsync(IImageStore store, StoredObject? copy, CancellationToken caller)
    {
        if (copy is not { VersionTag: { } tag })
        {
            return false; // what is there may be somebody else's by now
        }

        using var limit = LimitFor(caller);
        try
        {
            await store.DeleteAsync(copy.Location with { StoreId = store.Id }, new DeleteOptions { VersionTag = tag }, limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            return false; // why it was to be removed is the error to report
        }
    }
}
