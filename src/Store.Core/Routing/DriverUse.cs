using System.Collections.Concurrent;
using GlanceStore.Drivers;

namespace GlanceStore.Routing;

/// <summary>Counts who uses a driver, so that a store can be closed at any time: the last one to leave disposes the driver.</summary>
internal sealed class DriverUse(string storeId, StoreDriver driver, TimeProvider time)
{
    // Longer than a driver tries to remove what it has; what stays after that is a sweep's.
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Task, bool> _rests = new();
    private int _users = 1; // the store itself, until it is closed
    private int _closed;

    /// <summary>Begins to use the driver; disposing what is returned ends it.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.InvalidConfiguration"/>: the store is closed.</exception>
    public IAsyncDisposable Enter()
    {
        var users = Volatile.Read(ref _users);
        while (users > 0 && Volatile.Read(ref _closed) == 0)
        {
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
            {
                return new Lease(this);
            }

            users = seen;
        }

        throw new StoreException(StoreError.InvalidConfiguration, $"The store '{storeId}' was removed or disposed.");
    }

    /// <summary>Takes what an operation that has ended left to be done, so that whoever closes the store waits for it.</summary>
    public void Leave(Task rest)
    {
        _rests.TryAdd(rest, true);
        _ = rest.ContinueWith(done => _rests.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Lets nobody in any more, and waits, within reason, for what was left to be done.</summary>
    public async ValueTask CloseAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            await LeaveAsync().ConfigureAwait(false);
        }

        await Task.WhenAll(_rests.Keys).WaitAsync(LongestRest, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private ValueTask LeaveAsync() => Interlocked.Decrement(ref _users) == 0 ? driver.DisposeAsync() : default;

    private sealed class Lease(DriverUse use) : IAsyncDisposable
    {
        private int _ended;

        public ValueTask DisposeAsync() => Interlocked.Exchange(ref _ended, 1) == 0 ? use.LeaveAsync() : default;
    }
}
