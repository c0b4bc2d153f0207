namespace GlanceStore.ComputeAgent.Events;

/// <summary>One thing that events tell of: in the order in which it happens, and nothing after its end.</summary>
/// <remarks>Who is at something does not always know that another has removed it meanwhile.</remarks>
internal sealed class EventSubject
{
    private readonly Lock _lock = new();
    private bool _isGone;

    /// <summary>Whether its end was told.</summary>
    public bool IsGone
    {
        get
        {
            lock (_lock)
            {
                return _isGone;
            }
        }
    }

    /// <summary>Tells how it is now.</summary>
    public void Tell(EventHub hub, Func<AgentEvent> how)
    {
        lock (_lock)
        {
            if (!_isGone)
            {
                hub.Publish(how());
            }
        }
    }

    /// <summary>Tells that it is gone.</summary>
    public void TellEnd(EventHub hub, AgentEvent end)
    {
        lock (_lock)
        {
            _isGone = true;
            hub.Publish(end);
        }
    }
}
