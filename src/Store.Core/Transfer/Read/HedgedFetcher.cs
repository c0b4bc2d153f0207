namespace GlanceStore.Transfer;

/// <summary>
/// Fetches pieces, and where the caller wants it asks a second time for one that is late, in another store if there is one. Whoever has the piece
/// first wins, and the other one is cancelled. A second fetch is never worth a wait: without memory to spare for it there is none.
/// </summary>
internal sealed class HedgedFetcher(PieceFetcher fetcher, ReadSources sources, TransferBudget budget, HedgeLimit? limit) : IAsyncDisposable
{
    private Task _ending = Task.CompletedTask;

    /// <summary>How many pieces are worth fetching at once.</summary>
    public int Lanes => fetcher.Lanes;

    /// <summary>Fetches a piece.</summary>
    /// <returns>
    /// The buffer that holds it: the one given, or another one in exchange for it, which is the caller's from then on. After a failure the one given
    /// is the caller's still.
    /// </returns>
    public async Task<ChunkBuffer> FetchAsync(ReadPiece piece, ChunkBuffer buffer, CancellationToken cancellationToken)
    {
        if (limit is null)
        {
            await fetcher.FetchAsync(piece, buffer.Memory, cancellationToken).ConfigureAwait(false);
            return buffer;
        }

        var fetched = await FetchAsync(limit, piece, buffer, cancellationToken).ConfigureAwait(false);
        limit.Fetched(piece.Length);
        return fetched;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.ConfigureAwait(false);
        await fetcher.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<ChunkBuffer> FetchAsync(HedgeLimit limit, ReadPiece piece, ChunkBuffer buffer, CancellationToken cancellationToken)
    {
        var first = new PieceAttempt(buffer, (bytes, token) => fetcher.FetchAsync(piece, bytes, token), cancellationToken);
        if (await SecondIfLateAsync(limit, piece, first, cancellationToken).ConfigureAwait(false) is not { } second)
        {
            using (first)
            {
                await first.Done.ConfigureAwait(false);
                return buffer;
            }
        }

        var winner = await PieceAttempt.WinnerAsync(first, second).ConfigureAwait(false);
        _ending = EndAsync(limit, winner, winner == first ? second : first);
        await winner.Done.ConfigureAwait(false);
        return winner.Buffer;
    }

    // Where it was not allowed at first, it may be later: other pieces have come by then, or another hedge has ended.
    private async Task<PieceAttempt?> SecondIfLateAsync(HedgeLimit limit, ReadPiece piece, PieceAttempt first, CancellationToken cancellationToken)
    {
        while (true)
        {
            await first.Done.WaitAsync(limit.After, limit.Time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (first.Done.IsCompleted)
            {
                return null;
            }

            if (TryBegin(limit, piece, cancellationToken) is { } second)
            {
                return second;
            }
        }
    }

    private PieceAttempt? TryBegin(HedgeLimit limit, ReadPiece piece, CancellationToken cancellationToken)
    {
        if (sources.Second(piece.Checksum is not null) is not { } source || budget.TryRentToHedge(piece.Length) is not { } buffer)
        {
            return null;
        }

        if (!limit.TryTake(piece.Length))
        {
            buffer.Release();
            return null;
        }

        source.Store.Telemetry.Hedged(source.Location, piece.Offset);
        return new PieceAttempt(buffer, (bytes, token) => fetcher.FetchAsideAsync(source, piece, bytes, token), cancellationToken);
    }

    // The reader has its piece and does not wait for this; whoever disposes the fetcher does.
    private static async Task EndAsync(HedgeLimit limit, PieceAttempt winner, PieceAttempt loser)
    {
        await loser.EndAsync().ConfigureAwait(false);
        loser.Buffer.Release();
        loser.Dispose();
        winner.Dispose();
        limit.Release();
    }
}
