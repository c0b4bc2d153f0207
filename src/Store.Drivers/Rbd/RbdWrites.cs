using System.Collections.Concurrent;

namespace GlanceStore.Drivers.Rbd;

/// <summary>The one thread that begins the writes of a connection.</summary>
/// <remarks>
/// The library copies what it is given before it returns, into memory that the system's allocator keeps apart for every thread that takes some,
/// and keeps for it: begun on whichever thread comes, writes take a third more memory in all.
/// </remarks>
internal sealed class RbdWrites : IDisposable
{
    private readonly BlockingCollection<Action> _waiting = [];
    private readonly Lazy<Task> _running;

    public RbdWrites() => _running = new Lazy<Task>(() => RbdThread.RunAsync(Run));

    /// <summary>
    /// Begins something, once what came before has begun. Where it is cancelled before, it never begins; afterwards this ends no earlier than it
    /// has begun, since what it copies belongs to the caller.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The connection was replaced.</exception>
    public async Task<T> BeginAsync<T>(Func<T> begin, CancellationToken cancellationToken)
    {
        var pending = new Pending<T>(begin);
        try
        {
            _ = _running.Value;
            _waiting.Add(pending.Run, CancellationToken.None);
        }
        catch (InvalidOperationException e)
        {
            throw new ObjectDisposedException("The connection begins nothing more.", e);
        }

        using var cancelling = cancellationToken.UnsafeRegister(static (state, token) => ((Pending<T>)state!).Cancel(token), pending);
        return await pending.Begun.ConfigureAwait(false);
    }

    public void Dispose() => _waiting.CompleteAdding();

    private void Run()
    {
        foreach (var begin in _waiting.GetConsumingEnumerable())
        {
            begin();
        }
    }

    // Whoever comes first decides: the thread, or the cancellation.
    private sealed class Pending<T>(Func<T> begin)
    {
        private readonly TaskCompletionSource<T> _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _isDecided;

        public Task<T> Begun => _begun.Task;

        public void Run()
        {
            if (!TryDecide())
            {
                return;
            }

            try
            {
                _begun.SetResult(begin());
            }
            catch (Exception e)
            {
                _begun.SetException(e);
            }
        }

        public void Cancel(CancellationToken cancellationToken)
        {
            if (TryDecide())
            {
                _begun.SetCanceled(cancellationToken);
            }
        }

        private bool TryDecide() => Interlocked.Exchange(ref _isDecided, 1) == 0;
    }
}
