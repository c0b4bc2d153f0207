using System.Runtime.CompilerServices;

namespace GlanceStore.Drivers.Rbd;

public sealed partial class RbdDriver : ISweeper
{
    /// <inheritdoc/>
    /// <remarks>
    /// What this driver itself is removing is waited for. An upload that is still alive has its block device open, and is left alone however
    /// old it is; a dead one counts as alive until the cluster has noticed, 30 seconds by default. A commit that died half way is finished, an
    /// image that lost its name to a replacement that died gets it back: neither is told as a leftover. What cannot be looked at or removed
    /// does not end the sweep: all of it is told at the end, in one exception.
    /// </remarks>
    public async IAsyncEnumerable<Leftover> SweepAsync(
        DateTimeOffset before, SweepMode mode, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await _store.SettledInTimeAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        var failures = new List<StoreException>();
        var found = await _store.Connection.RunAsync("Listing the trash", session => new RbdSweep(session, _store, before, mode).List(), cancellationToken)
            .ConfigureAwait(false);
        foreach (var entry in found)
        {
            if (await TryTakeAsync(entry, before, mode, failures, cancellationToken).ConfigureAwait(false) is { } leftover)
            {
                yield return leftover;
            }
        }

        if (failures.Count > 0)
        {
            throw new StoreException(failures[0].Error, string.Join(' ', failures.Select(failure => failure.Message)), new AggregateException(failures))
            {
                IsTransient = failures.All(failure => failure.IsTransient),
            };
        }
    }

    private async Task<Leftover?> TryTakeAsync(
        RbdFound entry, DateTimeOffset before, SweepMode mode, List<StoreException> failures, CancellationToken cancellationToken)
    {
        try
        {
            return await _store.Connection.RunAsync($"Sweeping {entry.Name}",
                session => new RbdSweep(session, _store, before, mode).Take(entry), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            failures.Add(e);
            return null;
        }
    }
}
