using GlanceStore.Cache.Entries;
using GlanceStore.Transfer;

namespace GlanceStore.Cache.Reading;

/// <summary>
/// Asks a second time for a chunk that is late. The library hedges the pieces of one long read, and a chunk of the cache is a read of its own: so what was fetched, of which one
/// part in twenty may be asked for again, is counted here over all of them.
/// </summary>
internal sealed class Hedging(TimeSpan after, TimeProvider time) : IAsyncDisposable
{
    private readonly HedgeLimit _limit = new(after, time);
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _ending = [];

    /// <summary>Opens a chunk, and once more where that is late; whichever has all of it first wins, and the other is ended.</summary>
    /// <param name="open">Opens it, for the first time or the second, and returns once the chunk is here.</param>
    /// <param name="bytes">How long it is.</param>
    /// <param name="cancellationToken">Ends both.</param>
    public async Task<Stream> OpenAsync(Func<bool, CancellationToken, Task<Stream>> open, long bytes, CancellationToken cancellationToken)
    {
        var first = new Attempt(token => open(false, token), cancellationToken);
        var length = (int)Math.Min(bytes, int.MaxValue);
        var second = await SecondIfLateAsync(first, open, length, cancellationToken).ConfigureAwait(false);
        var winner = second is null ? first : await WinnerAsync(first, second).ConfigureAwait(false);
        if (second is not null)
        {
            End(winner == first ? second : first);
        }

        using (winner)
        {
            var stream = await winner.Done.ConfigureAwait(false);
            _limit.Fetched(length);
            return stream;
        }
    }

    /// <summary>Waits for those that were ended.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] ending;
        lock (_lock)
        {
            ending = [.. _ending];
        }

        await Task.WhenAll(ending).ConfigureAwait(false);
    }

    // Where it was not allowed at first, it may be later: other chunks have come by then, or another hedge has ended.
    private async Task<Attempt?> SecondIfLateAsync(Attempt first, Func<bool, CancellationToken, Task<Stream>> open, int bytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            await ((Task)first.Done).WaitAsync(_limit.After, _limit.Time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (first.Done.IsCompleted)
            {
                return null;
            }

            if (_limit.TryTake(bytes))
            {
                CacheInstruments.Hedges.Add(1);
                return new Attempt(token => open(true, token), cancellationToken);
            }
        }
    }

    // The one that first ends well; where both fail, the first one, whose failure is the one to tell.
    private static async Task<Attempt> WinnerAsync(Attempt first, Attempt second)
    {
        await Task.WhenAny(first.Done, second.Done).ConfigureAwait(false);
        if (!first.Done.IsCompletedSuccessfully && !second.Done.IsCompletedSuccessfully)
        {
            await ((Task)Task.WhenAll(first.Done, second.Done)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return !first.Done.IsCompletedSuccessfully && second.Done.IsCompletedSuccessfully ? second : first;
    }

    private void End(Attempt loser)
    {
        lock (_lock)
        {
            _ending.RemoveWhere(task => task.IsCompleted);
            _ending.Add(EndAsync(loser));
        }
    }

    private async Task EndAsync(Attempt loser)
    {
        await loser.EndAsync().ConfigureAwait(false);
        loser.Dispose();
        _limit.Release();
    }

    private sealed class Attempt : IDisposable
    {
        private readonly CancellationTokenSource _ending;

        public Attempt(Func<CancellationToken, Task<Stream>> open, CancellationToken cancellationToken)
        {
            _ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Done = open(_ending.Token);
        }

        public Task<Stream> Done { get; }

        public async Task EndAsync()
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // out of the lock
            await _ending.CancelAsync().ConfigureAwait(false);
            await ((Task)Done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (Done.IsCompletedSuccessfully)
            {
                await (await Done.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            }
        }

        public void Dispose() => _ending.Dispose();
    }
}
