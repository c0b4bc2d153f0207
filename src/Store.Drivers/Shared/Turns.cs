using System.Runtime.InteropServices;

namespace GlanceStore.Drivers.Shared;

/// <summary>Lets whoever does something to the same thing within this process do it one after the other, and nobody else wait.</summary>
internal sealed class Turns
{
    private readonly Dictionary<string, Queue> _queues = new(StringComparer.Ordinal);

    /// <summary>Waits for a turn; disposing what is returned ends it.</summary>
    public async Task<IDisposable> TakeAsync(string key, CancellationToken cancellationToken)
    {
        var queue = Enter(key);
        try
        {
            await queue.Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new Taken(this, key, queue);
        }
        catch
        {
            Leave(key, queue);
            throw;
        }
    }

    private Queue Enter(string key)
    {
        lock (_queues)
        {
            var queue = CollectionsMarshal.GetValueRefOrAddDefault(_queues, key, out _) ??= new Queue();
            queue.Count++;
            return queue;
        }
    }

    private void Leave(string key, Queue queue)
    {
        lock (_queues)
        {
            if (--queue.Count == 0)
            {
                _queues.Remove(key);
            }
        }
    }

    private sealed class Queue
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public int Count { get; set; }
    }

    private sealed class Taken(Turns turns, string key, Queue queue) : IDisposable
    {
        public void Dispose()
        {
            queue.Turn.Release();
            turns.Leave(key, queue);
        }
    }
}
