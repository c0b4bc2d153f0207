namespace GlanceStore.Drivers.Rbd;

/// <summary>How long what blocks on a thread of its own waits for somebody else to be done.</summary>
internal sealed class RbdPatience(TimeSpan limit, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly long _began = time.GetTimestamp();

    /// <summary>Waits a moment; false where there is no more time.</summary>
    public bool TryWait()
    {
        if (time.GetElapsedTime(_began) > limit)
        {
            return false;
        }

        Thread.Sleep(Pause);
        return true;
    }
}
