using System.Diagnostics;
using System.Runtime.ExceptionServices;
using GlanceStore.Diagnostics;
using GlanceStore.Resilience;

namespace GlanceStore.Transfer;

/// <summary>All targets of one put, and what the failure of one means to the others.</summary>
internal sealed class PutTargets : IAsyncDisposable
{
    private readonly PutTarget[] _all;
    private readonly PutPolicy _policy;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _ended;
    private readonly Farewell _farewell;
    private Task<IReadOnlyList<string>>? _takingBack;
    private Exception? _cause;

    public PutTargets(IReadOnlyList<StoreParts> stores, ImageId id, PutPolicy policy, CancellationToken caller)
    {
        var current = Activity.Current;
        _farewell = new Farewell(stores[0].Time);
        _all = [.. stores.Select(store =>
        {
            Activity.Current = current;
            return new PutTarget(store, id, _farewell);
        })];
        _policy = policy;
        _caller = caller;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(caller);
        _farewell.Follow(caller);
    }

    public IReadOnlyList<PutTarget> All => _all;

    public PutTarget[] Alive => [.. _all.Where(target => target.Failure is null)];

    /// <summary>Ends with the caller's token, and as soon as nothing more can come of the put.</summary>
    public CancellationToken Token => _ended.Token;

    /// <summary>Whether every target has failed, which under <see cref="PutPolicy.BestEffort"/> is no error.</summary>
    public bool AllFailed => Array.TrueForAll(_all, target => target.Failure is not null);

    /// <summary>Makes a step in every target that has not failed, at the same time.</summary>
    /// <param name="step">The step.</param>
    /// <param name="cancellationToken"><see cref="Token"/>, or the caller's own where a step that has begun should be known the end of.</param>
    public async Task EachAsync(Func<PutTarget, CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        await Task.WhenAll(Alive.Select(target => TryAsync(target, step, cancellationToken))).ConfigureAwait(false);
        ThrowIfEnded();
    }

    /// <summary>Ends the put for a reason that is no target's.</summary>
    public void End(Exception cause)
    {
        // Steps that are cancelled because the put has ended are not why it ended.
        if (cause is not OperationCanceledException || !_ended.IsCancellationRequested || _caller.IsCancellationRequested)
        {
            Interlocked.CompareExchange(ref _cause, cause, null);
        }

        _ended.Cancel();
    }

    public void ThrowIfEnded()
    {
        if (_cause is { } cause)
        {
            _caller.ThrowIfCancellationRequested();
            ExceptionDispatchInfo.Throw(cause);
        }
    }

    /// <summary>Notes an error that is no target's own, with the only target or as what ended all of them.</summary>
    public void NoteEnd(StoreException error)
    {
        if (Alive is [var only] && _all.Length == 1)
        {
            only.Operation.Fail(error);
            return;
        }

        NoteEnd(error.Error.ToString());
    }

    /// <summary>Notes why the put ended in those targets that have no failure of their own.</summary>
    public void NoteEnd(string reason)
    {
        foreach (var target in Alive)
        {
            target.Operation.Abandon(reason);
        }
    }

    /// <summary>Removes what was published before the put failed.</summary>
    /// <returns>The ids of the stores in which it stays; none of where that goes on, since the caller has cancelled.</returns>
    public async Task<IReadOnlyList<string>> TakeBackAsync(WriteMode mode)
    {
        _takingBack = TakeAllBackAsync(mode);
        return await _farewell.SeesEndOfAsync(_takingBack).ConfigureAwait(false) ? await _takingBack.ConfigureAwait(false) : [];
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_all.Select(target => target.EndAsync(_takingBack ?? Task.CompletedTask))).ConfigureAwait(false);
        _farewell.Dispose();
        _ended.Dispose();
    }

    private async Task<IReadOnlyList<string>> TakeAllBackAsync(WriteMode mode)
    {
        var left = new List<string>();
        await Task.WhenAll(_all.Select(target => target.SettleAsync())).ConfigureAwait(false);
        foreach (var target in _all.Where(target => target.Stored is not null))
        {
            if (mode == WriteMode.Replace || !await target.TryTakeBackAsync().ConfigureAwait(false))
            {
                left.Add(target.Store.Id);
            }
        }

        return left;
    }

    private async Task TryAsync(PutTarget target, Func<PutTarget, CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        target.Operation.MakeCurrent();
        try
        {
            await step(target, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            target.Fail(e);
            if (_policy == PutPolicy.AllOrNothing)
            {
                End(e);
            }
            else if (AllFailed)
            {
                await _ended.CancelAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            End(e);
        }
    }
}
