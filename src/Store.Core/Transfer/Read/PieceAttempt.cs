namespace GlanceStore.Transfer;

/// <summary>One of perhaps two fetches of the same piece, each into a buffer of its own.</summary>
internal sealed class PieceAttempt : IDisposable
{
    private readonly CancellationTokenSource _ending;

    public PieceAttempt(ChunkBuffer buffer, Func<Memory<byte>, CancellationToken, Task> fetch, CancellationToken cancellationToken)
    {
        Buffer = buffer;
        _ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Done = fetch(buffer.Memory, _ending.Token);
    }

    public ChunkBuffer Buffer { get; }

    public Task Done { get; }

    /// <summary>The one of two that first ends well; where both fail, the first one, whose failure is the one to tell.</summary>
    public static async Task<PieceAttempt> WinnerAsync(PieceAttempt first, PieceAttempt second)
    {
        await Task.WhenAny(first.Done, second.Done).ConfigureAwait(false);
        if (!first.Done.IsCompletedSuccessfully && !second.Done.IsCompletedSuccessfully)
        {
            await Task.WhenAll(first.Done, second.Done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return !first.Done.IsCompletedSuccessfully && second.Done.IsCompletedSuccessfully ? second : first;
    }

    /// <summary>Cancels it and waits for its end, since until then it may write into its buffer.</summary>
    public async Task EndAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await Done.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _ending.Dispose();
}
