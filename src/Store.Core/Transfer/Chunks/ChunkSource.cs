using System.Runtime.CompilerServices;

namespace GlanceStore.Transfer;

/// <summary>A filled buffer and where it belongs.</summary>
internal readonly record struct SourceChunk(int Index, long Offset, ChunkBuffer Buffer, int Length, bool IsLast)
{
    public ReadOnlyMemory<byte> Bytes => Buffer.Memory[..Length];
}

/// <summary>Cuts the caller's stream into chunks, counts it, and holds it to its declared size and its limit.</summary>
internal sealed class ChunkSource(Stream source, ChunkPlan plan, SizeContract size, TransferBudget budget, int mostBuffers) : IDisposable
{
    // Where the size is not known, the byte after a chunk tells whether it is the last. One byte, so that no second buffer is needed while the
    // first is held.
    private readonly byte[] _ahead = new byte[1];

    // Reading further ahead than writers and digests can follow only takes memory that others could use.
    private readonly SemaphoreSlim _share = new(mostBuffers);
    private int _aheadCount;
    private int _index;
    private long _offset;
    private SourceChunk? _first;

    /// <summary>The first chunk, before anything is opened for it; it stays the source's until <see cref="AllAsync"/> hands it out.</summary>
    public async ValueTask<SourceChunk> FirstAsync(CancellationToken cancellationToken)
    {
        var first = await NextAsync(cancellationToken).ConfigureAwait(false);
        _first = first;
        return first;
    }

    /// <summary>All chunks in order; whoever takes one releases its buffer.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.SizeMismatch"/> or <see cref="StoreError.TooLarge"/>.</exception>
    public async IAsyncEnumerable<SourceChunk> AllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var isLast = false; !isLast;)
        {
            var chunk = _first ?? await NextAsync(cancellationToken).ConfigureAwait(false);
            _first = null;
            isLast = chunk.IsLast;
            yield return chunk;
        }
    }

    public void Dispose()
    {
        _first?.Buffer.Release();
        _first = null;
    }

    // A pipe cannot be told to stop waiting. The put ends all the same; the buffer stays with the read until that returns.
    private async ValueTask<SourceChunk> NextAsync(CancellationToken cancellationToken)
    {
        await LookAheadAsync(cancellationToken).ConfigureAwait(false);
        var room = plan.LengthOf(_index);
        var buffer = await RentAsync(Math.Max(room, 1), cancellationToken).ConfigureAwait(false);
        var filling = FillAsync(buffer, (int)room, cancellationToken);
        try
        {
            return await filling.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _ = filling.ContinueWith(
                static (ended, held) =>
                {
                    _ = ended.Exception; // the caller has had an answer
                    ((ChunkBuffer)held!).Release();
                }, buffer, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }
    }

    private async ValueTask<ChunkBuffer> RentAsync(long length, CancellationToken cancellationToken)
    {
        await _share.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return (await budget.RentAsync(length, BufferUse.Write, cancellationToken).ConfigureAwait(false)).Within(_share);
        }
        catch
        {
            _share.Release();
            throw;
        }
    }

    // A source from which nothing has come yet holds no memory.
    private async ValueTask LookAheadAsync(CancellationToken cancellationToken)
    {
        if (_index == 0)
        {
            _aheadCount = await source.ReadAsync(_ahead, cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<SourceChunk> FillAsync(ChunkBuffer buffer, int room, CancellationToken cancellationToken)
    {
        _ahead.AsSpan(0, _aheadCount).CopyTo(buffer.Memory.Span);
        var length = _aheadCount;
        _aheadCount = 0;
        while (length < room)
        {
            var count = await source.ReadAsync(buffer.Memory[length..room], cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                break;
            }

            length += count;
            size.CheckNotMore(_offset + length);
        }

        var goesOn = length == room && _offset + length < size.Declared;
        if (length == room && !goesOn)
        {
            _aheadCount = await source.ReadAsync(_ahead, cancellationToken).ConfigureAwait(false);
        }

        var chunk = new SourceChunk(_index++, _offset, buffer, length, IsLast: !goesOn && _aheadCount == 0);
        _offset += length;
        Check(chunk.IsLast);
        return chunk;
    }

    private void Check(bool isLast)
    {
        size.CheckNotMore(_offset + _aheadCount);
        if (isLast)
        {
            size.CheckWhole(_offset);
        }
        else if (plan.LengthOf(_index) == 0)
        {
            throw new StoreException(StoreError.TooLarge,
                $"The image is larger than {plan.Capacity} bytes, which is what an unknown size can be with the memory there is: "
                + $"state the size (ExpectedSize) or raise MaxBufferBytes from {budget.Bytes}.");
        }
    }
}
