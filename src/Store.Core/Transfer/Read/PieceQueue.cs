namespace GlanceStore.Transfer;

/// <summary>
/// The pieces of an open image that are in memory or on their way: one buffer that is the stream's for its life, so that a read never
/// waits for memory, and more to read ahead with as long as the budget has room to spare.
/// </summary>
internal sealed class PieceQueue(ReadLayout layout, long end, HedgedFetcher fetcher, TransferBudget budget, ChunkBuffer own) : IAsyncDisposable
{
    private readonly Queue<Fetch> _fetches = new();
    private CancellationTokenSource _fetching = new();
    private Fetch? _current;
    private ChunkBuffer _own = own;
    private bool _ownIsFree = true;

    /// <summary>The piece that holds a byte, fetched and verified; its bytes are good until the next call.</summary>
    public async ValueTask<(ReadPiece Piece, ChunkBuffer Buffer)> GetAsync(long offset, CancellationToken cancellationToken)
    {
        if (_current is { } current && current.Piece.Holds(offset))
        {
            return (current.Piece, current.Buffer);
        }

        await AdvanceAsync(layout.IndexAt(offset), cancellationToken).ConfigureAwait(false);
        return (_current!.Piece, _current.Buffer);
    }

    public async ValueTask DisposeAsync()
    {
        await DropAsync().ConfigureAwait(false);
        FreeCurrent();
        _fetching.Dispose();
        await fetcher.DisposeAsync().ConfigureAwait(false);
        _own.Release();
    }

    private async ValueTask AdvanceAsync(int index, CancellationToken cancellationToken)
    {
        FreeCurrent();
        if (_fetches.TryPeek(out var ahead) && ahead.Piece.Index != index)
        {
            await DropAsync().ConfigureAwait(false);
        }

        ReadAhead(index);
        var next = _fetches.Peek();
        try
        {
            await next.Done.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch when (next.Done.IsCompleted)
        {
            await DropAsync().ConfigureAwait(false);
            throw;
        }

        _current = await ArrivedAsync(_fetches.Dequeue()).ConfigureAwait(false);
        ReadAhead(index + 1);
    }

    private void ReadAhead(int index)
    {
        var next = _fetches.Count > 0 ? _fetches.Last().Piece.Index + 1 : index;
        while (_fetches.Count(fetch => !fetch.Done.IsCompleted) < fetcher.Lanes && _fetches.Count <= fetcher.Lanes
            && (next == 0 || layout[next - 1].End < end) && TakeBuffer() is { } buffer)
        {
            var piece = layout[next++];
            _fetches.Enqueue(new Fetch(piece, buffer, fetcher.FetchAsync(piece, buffer, _fetching.Token)));
        }
    }

    private ChunkBuffer? TakeBuffer()
    {
        if (!_ownIsFree)
        {
            return budget.TryRentToReadAhead(layout.LargestChunk);
        }

        _ownIsFree = false;
        return _own;
    }

    private void FreeCurrent()
    {
        if (_current is { } current)
        {
            _current = null;
            Free(current);
        }
    }

    private void Free(Fetch fetch)
    {
        if (fetch.Buffer == _own)
        {
            _ownIsFree = true;
        }
        else
        {
            fetch.Buffer.Release();
        }
    }

    // A fetch that was cancelled may still write into its buffer, so its end is waited for; a driver has a second for that.
    private async ValueTask DropAsync()
    {
        await _fetching.CancelAsync().ConfigureAwait(false);
        while (_fetches.TryDequeue(out var fetch))
        {
            await ((Task)fetch.Done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Free(await ArrivedAsync(fetch).ConfigureAwait(false));
        }

        _fetching.Dispose();
        _fetching = new CancellationTokenSource();
    }

    // A piece may come in another buffer than it was asked for with, which then is the stream's own where that one was.
    private async ValueTask<Fetch> ArrivedAsync(Fetch fetch)
    {
        if (!fetch.Done.IsCompletedSuccessfully)
        {
            return fetch;
        }

        var buffer = await fetch.Done.ConfigureAwait(false);
        _own = fetch.Buffer == _own ? buffer : _own;
        return fetch with { Buffer = buffer };
    }

    private sealed record Fetch(ReadPiece Piece, ChunkBuffer Buffer, Task<ChunkBuffer> Done);
}
