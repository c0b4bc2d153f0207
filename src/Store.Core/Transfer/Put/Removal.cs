namespace GlanceStore.Transfer;

/// <summary>How long the removal of what must not stay may take.</summary>
internal static class Removal
{
    // Cancellation ends every operation within a second, and the removal is part of one.
    private static readonly TimeSpan AfterCancellation = TimeSpan.FromSeconds(1);

    /// <summary>Ends a second from now where the caller has cancelled; else when the removal itself does.</summary>
    public static CancellationTokenSource LimitFor(CancellationToken caller)
    {
        var limit = new CancellationTokenSource();
        if (caller.IsCancellationRequested)
        {
            limit.CancelAfter(AfterCancellation);
        }

        return limit;
    }
}
