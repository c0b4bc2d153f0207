using GlanceStore.Diagnostics;
using GlanceStore.Transfer;

namespace GlanceStore;

/// <summary>The memory that all transfers of a process share for image bytes. Room is taken before bytes are read, first come first served.</summary>
/// <remarks>
/// <para>
/// Reads hold at most half, because an open read keeps a buffer while it is read: a chunk's length where it verifies against a
/// manifest, 32 KiB to 8 MiB (less, the more are open) where it does not. Puts hold at most three quarters, so that slow sources never keep
/// every reader out. So a put whose source is a read can never wait for itself, and no chunk is larger than half. An image service
/// that serves N verified downloads at once wants 2 × N × the chunk length.
/// </para>
/// <para>
/// A read that stands still gives its memory back when somebody waits for it, and fetches and verifies its piece again when it goes on: any number
/// of paused downloads keeps nobody from reading. A read that takes longer than two seconds to consume a piece shares memory by turns.
/// </para>
/// <para>Buffers given back are kept for the next transfer, within the same bound.</para>
/// </remarks>
public sealed partial class TransferBudget
{
    /// <summary>The default: 48 MiB, which carries any image up to 100 GiB, and six parts of 6 MiB at once to S3.</summary>
    public const long DefaultBytes = 48L << 20;

    /// <summary>The least a budget can be: 64 KiB.</summary>
    public const long LeastBytes = 64L << 10;

    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiting = new();
    private readonly Dictionary<int, Stack<Memory<byte>>> _kept = [];
    private long _keptBytes;
    private long _usedByReads;
    private long _usedByWrites;
    private long _charged;

    /// <summary>Makes a budget.</summary>
    /// <param name="bytes">How much, in bytes; at least <see cref="LeastBytes"/>.</param>
    public TransferBudget(long bytes = DefaultBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, LeastBytes);
        Bytes = bytes;
    }

    /// <summary>The budget of every store that is not given one: <see cref="DefaultBytes"/> for the whole process.</summary>
    public static TransferBudget Shared { get; } = new();

    /// <summary>How much there is, in bytes.</summary>
    public long Bytes { get; }

    /// <summary>How much is in use, in bytes.</summary>
    public long UsedBytes
    {
        get
        {
            lock (_lock)
            {
                return _usedByReads + _usedByWrites + _charged;
            }
        }
    }

    /// <summary>Whether a put waits for memory now: for a service that lets go of transfers which keep theirs and bring nothing.</summary>
    public bool HasWaitingPuts
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Any(waiter => waiter.Use == BufferUse.Write);
            }
        }
    }

    /// <summary>How much reads can hold at most, in bytes.</summary>
    internal long BytesForReads => Bytes / 2;

    /// <summary>The largest chunk there can ever be room for, in bytes.</summary>
    internal long LargestChunk => ChunkBuffer.LargestWithin(Math.Min(BytesForReads, Array.MaxLength));

    internal ValueTask<ChunkBuffer> RentAsync(long length, BufferUse use, CancellationToken cancellationToken)
    {
        var capacity = ChunkBuffer.CapacityFor(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, LargestChunk);
        cancellationToken.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_lock)
        {
            if (_waiting.Count == 0 && Fits(capacity, use))
            {
                return ValueTask.FromResult(Take(capacity, use));
            }

            waiter = new Waiter(capacity, use);
            _waiting.AddLast(waiter);
            Serve();
            BeginToCollect();
        }

        return WaitAsync(waiter, cancellationToken);
    }

    /// <summary>
    /// A buffer to read ahead with, or null where somebody waits for it or little is left: reading ahead is never worth a wait, and leaves a
    /// quarter of the reads' half to those who have nothing yet.
    /// </summary>
    internal ChunkBuffer? TryRentToReadAhead(long length) => TryRent(length, BytesForReads * 3 / 4);

    /// <summary>A buffer to ask a second time with, or null where somebody waits or none is left. A read holds one at most, and not for long.</summary>
    internal ChunkBuffer? TryRentToHedge(long length) => TryRent(length, BytesForReads);

    /// <summary>How much reads could still take now, in bytes.</summary>
    internal long SpareForReads
    {
        get
        {
            lock (_lock)
            {
                return IsReadsRoomAwaited ? 0 : Math.Min(Bytes - _usedByReads - _usedByWrites - _charged, BytesForReads - _usedByReads);
            }
        }
    }

    /// <summary>
    /// Counts bytes that a transfer keeps beside its buffers, or no longer does. They are few and are there already: nobody waits for them, and
    /// what gives way to them is reading ahead.
    /// </summary>
    internal void Charge(long bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        lock (_lock)
        {
            _charged += bytes;
            StoreInstruments.BuffersUsed.Add(bytes);
        }
    }

    internal void Return(Memory<byte> bytes, BufferUse use)
    {
        lock (_lock)
        {
            Count(use, -bytes.Length);
            Keep(bytes);
            Serve();
        }
    }

    private ChunkBuffer? TryRent(long length, long mostByReads)
    {
        var capacity = ChunkBuffer.CapacityFor(length);
        lock (_lock)
        {
            var spare = _usedByReads + _charged + capacity <= mostByReads && Fits(capacity, BufferUse.Read);
            return spare && !IsReadsRoomAwaited ? Take(capacity, BufferUse.Read) : null;
        }
    }

    private async ValueTask<ChunkBuffer> WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(static (state, token) =>
        {
            var (budget, waiter) = ((TransferBudget, Waiter))state!;
            budget.GiveUp(waiter, token);
        }, (this, waiter));
        return await waiter.Granted.Task.ConfigureAwait(false);
    }

    private void GiveUp(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_waiting.Remove(waiter))
            {
                waiter.Granted.SetCanceled(cancellationToken);
                Serve();
            }
        }
    }

    // Who waits only for his own kind's share lets those behind him pass; who waits for memory itself is not overtaken.
    private void Serve()
    {
        for (var node = _waiting.First; node is not null;)
        {
            var next = node.Next;
            var (capacity, use) = (node.Value.Capacity, node.Value.Use);
            if (Fits(capacity, use))
            {
                _waiting.Remove(node);
                node.Value.Granted.SetResult(Take(capacity, use));
            }
            else if (!ShareIsUsedUp(capacity, use))
            {
                return;
            }

            node = next;
        }
    }

    // A put that waits for its own share, as every put does whose backend is slower than its source, is not helped by what reads leave.
    private bool IsReadsRoomAwaited => _waiting.Any(waiter => waiter.Use == BufferUse.Read || !ShareIsUsedUp(waiter.Capacity, waiter.Use));

    private bool Fits(int capacity, BufferUse use) => _usedByReads + _usedByWrites + capacity <= Bytes && !ShareIsUsedUp(capacity, use);

    private bool ShareIsUsedUp(int capacity, BufferUse use) => use == BufferUse.Read
        ? _usedByReads + capacity > BytesForReads
        : _usedByWrites + capacity > Bytes / 4 * 3;

    private void Count(BufferUse use, int bytes)
    {
        StoreInstruments.BuffersUsed.Add(bytes);
        _usedByReads += use == BufferUse.Read ? bytes : 0;
        _usedByWrites += use == BufferUse.Write ? bytes : 0;
    }

    private ChunkBuffer Take(int capacity, BufferUse use)
    {
        Count(use, capacity);
        if (_kept.TryGetValue(capacity, out var same) && same.TryPop(out var bytes))
        {
            _keptBytes -= capacity;
        }
        else
        {
            ForgetUntilWithin(Bytes - _usedByReads - _usedByWrites);
            bytes = ChunkBuffer.Allocate(capacity);
        }

        return new ChunkBuffer(this, bytes, use);
    }

    private void Keep(Memory<byte> bytes)
    {
        if (!_kept.TryGetValue(bytes.Length, out var same))
        {
            _kept[bytes.Length] = same = new Stack<Memory<byte>>();
        }

        same.Push(bytes);
        _keptBytes += bytes.Length;
    }

    private void ForgetUntilWithin(long bytes)
    {
        foreach (var (length, same) in _kept)
        {
            while (_keptBytes > bytes && same.TryPop(out _))
            {
                _keptBytes -= length;
            }
        }
    }

    private sealed class Waiter(int capacity, BufferUse use)
    {
        public int Capacity => capacity;

        public BufferUse Use => use;

        public TaskCompletionSource<ChunkBuffer> Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
