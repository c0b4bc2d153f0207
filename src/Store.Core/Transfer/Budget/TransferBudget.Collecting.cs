using GlanceStore.Transfer;

namespace GlanceStore;

/// <content>Takes back memory from reads that stand still, for those who wait.</content>
public sealed partial class TransferBudget
{
    // Between two reads of a consumer that is alive pass microseconds, seldom as much as this. Who takes a piece for longer than the other is
    // slow, and gets it by turns: often enough to get on, seldom enough that fetching again costs little.
    private const long IdleMilliseconds = 250;
    internal const long TurnMilliseconds = 2000;

    // As long as a driver may take to let go of what was cancelled. One that takes longer is left to itself.
    private static readonly TimeSpan MostForOne = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(50);

    private readonly HashSet<IMemoryHolder> _holders = [];
    private bool _collects;

    /// <summary>Asks a holder for its memory where somebody waits, until it is forgotten.</summary>
    internal void Remember(IMemoryHolder holder)
    {
        lock (_lock)
        {
            _holders.Add(holder);
            BeginToCollect();
        }
    }

    internal void Forget(IMemoryHolder holder)
    {
        lock (_lock)
        {
            _holders.Remove(holder);
        }
    }

    // Under the lock. One collector for all who wait.
    private void BeginToCollect()
    {
        if (!_collects && IsReadsRoomAwaited && _holders.Count > 0)
        {
            _collects = true;
            _ = CollectAsync();
        }
    }

    private async Task CollectAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // whoever begins it holds the lock
        while (IdleHolders() is { } holders)
        {
            foreach (var holder in holders)
            {
                await ((Task)holder.TryGiveBackAsync().AsTask().WaitAsync(MostForOne)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!IsAwaited)
                {
                    break;
                }
            }

            await Task.Delay(BetweenRounds, TimeProvider.System).ConfigureAwait(false);
        }
    }

    /// <summary>Whether somebody waits for memory that reads could give back.</summary>
    internal bool IsAwaited
    {
        get
        {
            lock (_lock)
            {
                return IsReadsRoomAwaited;
            }
        }
    }

    // The longest idle first; null where nobody waits any more, and then it is over.
    private IReadOnlyList<IMemoryHolder>? IdleHolders()
    {
        lock (_lock)
        {
            _collects = IsReadsRoomAwaited && _holders.Count > 0;
            return _collects
                ? [.. _holders.Where(holder => holder.IdleMilliseconds >= IdleMilliseconds || holder.HeldMilliseconds >= TurnMilliseconds)
                    .OrderByDescending(holder => holder.IdleMilliseconds)]
                : null;
        }
    }
}
