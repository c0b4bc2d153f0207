using System.Threading.Channels;
using GlanceStore.ComputeAgent.Http;

namespace GlanceStore.ComputeAgent.Events;

/// <summary>Tells all who listen. Nobody who is slow holds up what happens, nor takes more memory than his backlog.</summary>
internal sealed class EventHub(AgentOptions options)
{
    private readonly Lock _lock = new();
    private readonly List<Subscription> _subscriptions = [];

    /// <summary>How many clients were dropped because they did not take what they were told.</summary>
    public long Dropped { get; private set; }

    public int Listeners
    {
        get
        {
            lock (_lock)
            {
                return _subscriptions.Count;
            }
        }
    }

    public void Publish(AgentEvent happened)
    {
        lock (_lock)
        {
            foreach (var subscription in _subscriptions.ToArray())
            {
                if (!subscription.Queue.Writer.TryWrite(happened))
                {
                    _subscriptions.Remove(subscription);
                    Dropped++;
                    subscription.Drop();
                }
            }
        }
    }

    /// <exception cref="AgentException">As many listen already as may.</exception>
    public Subscription Subscribe()
    {
        lock (_lock)
        {
            if (_subscriptions.Count >= options.EventClients)
            {
                throw new AgentException(StatusCodes.Status503ServiceUnavailable, nameof(StoreError.Throttled), $"{options.EventClients} clients listen to events already, which is as many as may.");
            }

            var subscription = new Subscription(this, options.EventBacklog);
            _subscriptions.Add(subscription);
            return subscription;
        }
    }

    private void Remove(Subscription subscription)
    {
        lock (_lock)
        {
            _subscriptions.Remove(subscription);
        }
    }

    /// <summary>One who listens.</summary>
    internal sealed class Subscription(EventHub hub, int backlog) : IDisposable
    {
        private readonly CancellationTokenSource _dropped = new();

        public Channel<AgentEvent> Queue { get; } = Channel.CreateBounded<AgentEvent>(new BoundedChannelOptions(backlog) { SingleReader = true });

        /// <summary>Ends when the client was too slow.</summary>
        public CancellationToken Dropped => _dropped.Token;

        public void Drop() => _dropped.CancelAsync();

        public void Dispose()
        {
            hub.Remove(this);
            _dropped.Dispose();
        }
    }
}
