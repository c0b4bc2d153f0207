namespace GlanceStore.Cache.Entries;

/// <summary>Work that several ask for at once and that is done once: it ends with the last of them who waits.</summary>
internal sealed class SharedWork<TKey> where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Doing> _doing = [];

    /// <summary>Does the work, or waits for whoever does it already.</summary>
    /// <remarks>Others may know of other places of the same image: what failed for them is tried again for whoever joined them.</remarks>
    public async Task RunAsync(TKey key, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (doing, isOwn) = Join(key, work);
            try
            {
                await doing.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception) when (!isOwn && !cancellationToken.IsCancellationRequested)
            {
                // Once more, and by this one's own means.
            }
            finally
            {
                Leave(doing);
            }
        }
    }

    /// <summary>Waits until nothing is done any more. Whoever waited for it has left.</summary>
    public async Task EndAsync()
    {
        while (Current() is [_, ..] tasks)
        {
            await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Task[] Current()
    {
        lock (_lock)
        {
            return [.. _doing.Values.Select(doing => doing.Task)];
        }
    }

    private (Doing Doing, bool IsOwn) Join(TKey key, Func<CancellationToken, Task> work)
    {
        lock (_lock)
        {
            if (_doing.TryGetValue(key, out var before) && !before.IsLeft)
            {
                before.Waiting++;
                return (before, false);
            }

            var doing = new Doing { Waiting = 1 };
            _doing[key] = doing;
            doing.Task = RunAsync(key, doing, before?.Task ?? Task.CompletedTask, work);
            return (doing, true);
        }
    }

    // What was given up is waited for: it may still be clearing away what the next one is to write.
    private async Task RunAsync(TKey key, Doing doing, Task before, Func<CancellationToken, Task> work)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing); // whoever begins it holds the lock
        try
        {
            doing.Cancellation.Token.ThrowIfCancellationRequested();
            await work(doing.Cancellation.Token).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                if (_doing.TryGetValue(key, out var current) && current == doing)
                {
                    _doing.Remove(key);
                }
            }
        }
    }

    private void Leave(Doing doing)
    {
        lock (_lock)
        {
            doing.IsLeft = --doing.Waiting == 0;
            if (!doing.IsLeft || doing.Task.IsCompleted)
            {
                return;
            }
        }

        doing.Cancellation.Cancel();
        _ = doing.Task.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    private sealed class Doing
    {
        public CancellationTokenSource Cancellation { get; } = new();

        public Task Task { get; set; } = Task.CompletedTask;

        public int Waiting { get; set; }

        public bool IsLeft { get; set; }
    }
}
