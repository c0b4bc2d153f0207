using System.IO.Hashing;

namespace GlanceStore.Transfer;

/// <summary>
/// The pieces of an open image that are in memory or on their way: one buffer that is the stream's own while it is read, so that a read that
/// goes on never waits for memory, and more to read ahead with as long as the budget has room to spare. While nobody reads, all of them go
/// back to whoever waits for memory, and are fetched again when they are needed.
/// </summary>
/// <param name="layout">The pieces.</param>
/// <param name="end">Where reading ends, in bytes of the image.</param>
/// <param name="fetcher">Who fetches them.</param>
/// <param name="memory">The budget, and how a buffer of it is waited for.</param>
/// <param name="own">The stream's own buffer, to begin with.</param>
internal sealed class PieceQueue(ReadLayout layout, long end, HedgedFetcher fetcher, ReadMemory memory, ChunkBuffer own) : IAsyncDisposable, IMemoryHolder
{
    private readonly Queue<Fetch> _fetches = new();

    // Held by a read from its begin until its bytes were taken, and by whoever gives the memory back.
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _disposing = new();
    private CancellationTokenSource _fetching = new();
    private Fetch? _current;
    private ChunkBuffer? _own = own;
    private bool _ownIsFree = true;
    private bool _disposed;
    private (int Index, ulong Checksum)? _left;
    private long _usedAt = Environment.TickCount64;
    private long _heldSince = Environment.TickCount64;
    private long _ownSince = Environment.TickCount64;

    /// <summary>The piece that holds a byte, fetched and verified; its bytes are good until <see cref="Leave"/>, which must follow.</summary>
    public async ValueTask<(ReadPiece Piece, ChunkBuffer Buffer)> GetAsync(long offset, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(ImageReadStream));
            if (_current is not { } current || !current.Piece.Holds(offset))
            {
                await AdvanceAsync(layout.IndexAt(offset), cancellationToken).ConfigureAwait(false);
            }

            return (_current!.Piece, _current.Buffer);
        }
        catch
        {
            Leave();
            throw;
        }
    }

    /// <summary>The bytes of the piece were taken.</summary>
    public void Leave()
    {
        _usedAt = Environment.TickCount64;
        _turn.Release();
    }

    /// <inheritdoc/>
    public long IdleMilliseconds => Environment.TickCount64 - Volatile.Read(ref _usedAt);

    /// <inheritdoc/>
    public long HeldMilliseconds => Environment.TickCount64 - Volatile.Read(ref _heldSince);

    /// <inheritdoc/>
    public async ValueTask<bool> TryGiveBackAsync()
    {
        if (!await _turn.WaitAsync(0).ConfigureAwait(false))
        {
            return false; // somebody reads
        }

        try
        {
            if (_disposed || _own is null)
            {
                return false;
            }

            await DropAsync().ConfigureAwait(false);
            if (_current is { } current)
            {
                // What follows of it must be of the same piece when it is fetched again; with a checksum in the manifest, it is.
                _left = (current.Piece.Index, ChecksumOf(current));
                FreeCurrent();
            }

            _own.Release(); // by now perhaps the one that a piece came in
            _own = null;
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        memory.Budget.Forget(this);
        if (!await _turn.WaitAsync(0).ConfigureAwait(false))
        {
            // A read under way ends with its fetch, and gets no more memory.
            await _disposing.CancelAsync().ConfigureAwait(false);
            await _turn.WaitAsync().ConfigureAwait(false);
        }

        _disposed = true;
        await DropAsync().ConfigureAwait(false);
        FreeCurrent();
        _fetching.Dispose();
        _disposing.Dispose();
        await fetcher.DisposeAsync().ConfigureAwait(false);
        _own?.Release();
        _own = null;
        _turn.Release();
    }

    private static ulong ChecksumOf(Fetch fetch) => fetch.Piece.Checksum ?? XxHash3.HashToUInt64(fetch.Buffer.Memory.Span[..fetch.Piece.Length]);

    private async ValueTask AdvanceAsync(int index, CancellationToken cancellationToken)
    {
        FreeCurrent();
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        if (_own is { } kept && _ownIsFree && _fetches.Count == 0 && Environment.TickCount64 - _ownSince >= TransferBudget.TurnMilliseconds && memory.Budget.IsAwaited)
        {
            _own = null; // whoever waits has a turn, and this read the next one
            kept.Release();
        }

        if (_own is null)
        {
            _own = await memory.RentAsync(layout.LargestChunk, reading.Token).ConfigureAwait(false);
            (_ownIsFree, _ownSince) = (true, Environment.TickCount64);
        }

        await FetchAsync(index, reading.Token).ConfigureAwait(false);
        if (_left is { } left && left.Index == index && left.Checksum != ChecksumOf(_current!))
        {
            FreeCurrent();
            throw new StoreException(StoreError.Changed, $"The bytes from {layout[index].Offset} on are not those that were read there before: the image was changed while it was read.");
        }

        _left = null;
        _heldSince = Environment.TickCount64;
        ReadAhead(index + 1);
    }

    private async ValueTask FetchAsync(int index, CancellationToken cancellationToken)
    {
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
            return memory.Budget.TryRentToReadAhead(layout.LargestChunk);
        }

        _ownIsFree = false;
        return _own!;
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
