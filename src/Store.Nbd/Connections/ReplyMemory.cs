using System.Numerics;

namespace GlanceStore.Nbd.Connections;

/// <summary>The memory of all answers on their way to clients: room is taken before bytes are read, first come first served.</summary>
/// <remarks>
/// A client that reads slowly keeps what is on its way to it. So each has a share, and whoever waits for his own share lets others pass.
/// Buffers given back are kept for the next answers, within the same bound. An answer that is longer than a part and than a share has memory of its own, one at a time: it
/// would wait for the others to end, and others behind it.
/// </remarks>
internal sealed class ReplyMemory
{
    // What stands before the bytes of an answer is in the same buffer, so that both are sent as one.
    public const int HeaderRoom = 64;

    private const int LeastCapacity = 4096;

    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiting = new();
    private readonly Dictionary<int, Stack<byte[]>> _kept = [];
    private readonly long _bytes;
    private long _used;
    private long _large;
    private long _keptBytes;

    public ReplyMemory(long bytes) => _bytes = bytes;

    public long UsedBytes
    {
        get
        {
            lock (_lock)
            {
                return _used + _large;
            }
        }
    }

    /// <summary>How much an answer of that many bytes takes.</summary>
    public static int CapacityFor(int length) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(length, LeastCapacity)) + HeaderRoom;

    /// <summary>A buffer for an answer of that many bytes and what stands before them.</summary>
    public ValueTask<ReplyBuffer> RentAsync(Share share, int length, CancellationToken cancellationToken)
    {
        var capacity = CapacityFor(length);
        Waiter waiter;
        lock (_lock)
        {
            if (_waiting.Count == 0 && Fits(share, capacity))
            {
                return ValueTask.FromResult(Take(share, capacity));
            }

            waiter = new Waiter(share, capacity);
            _waiting.AddLast(waiter);
            Serve();
        }

        return WaitAsync(waiter, cancellationToken);
    }

    /// <summary>Takes a buffer back, to be used again unless somebody may still write into it.</summary>
    public void Return(Share share, byte[] bytes, bool isReusable)
    {
        lock (_lock)
        {
            if (IsLarge(bytes.Length))
            {
                _large = 0;
            }
            else
            {
                _used -= bytes.Length;
                share.Held -= bytes.Length;
                if (isReusable)
                {
                    Keep(bytes);
                }
            }

            Serve();
        }
    }

    private async ValueTask<ReplyBuffer> WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(static (state, token) =>
        {
            var (memory, waiter) = ((ReplyMemory, Waiter))state!;
            memory.GiveUp(waiter, token);
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

    private void Serve()
    {
        for (var node = _waiting.First; node is not null;)
        {
            var (next, waiter) = (node.Next, node.Value);
            if (Fits(waiter.Share, waiter.Capacity))
            {
                _waiting.Remove(node);
                waiter.Granted.SetResult(Take(waiter.Share, waiter.Capacity));
            }
            else if (!IsLarge(waiter.Capacity) && !IsShareUsedUp(waiter.Share, waiter.Capacity))
            {
                return; // who waits for the memory of all is not overtaken
            }

            node = next;
        }
    }

    private bool Fits(Share share, int capacity) => IsLarge(capacity) ? _large == 0 : _used + capacity <= _bytes && !IsShareUsedUp(share, capacity);

    private bool IsLarge(int capacity) => capacity > Math.Max(_bytes / 4, CapacityFor(Transmission.PartBytes));

    private bool IsShareUsedUp(Share share, int capacity) => share.Held > 0 && share.Held + capacity > _bytes / 4;

    private ReplyBuffer Take(Share share, int capacity)
    {
        if (IsLarge(capacity))
        {
            _large = capacity;
            return new ReplyBuffer(this, share, GC.AllocateUninitializedArray<byte>(capacity));
        }

        _used += capacity;
        share.Held += capacity;
        if (_kept.TryGetValue(capacity, out var same) && same.TryPop(out var bytes))
        {
            _keptBytes -= capacity;
            return new ReplyBuffer(this, share, bytes);
        }

        ForgetUntilWithin(_bytes - _used);
        return new ReplyBuffer(this, share, GC.AllocateUninitializedArray<byte>(capacity));
    }

    private void Keep(byte[] bytes)
    {
        if (!_kept.TryGetValue(bytes.Length, out var same))
        {
            _kept[bytes.Length] = same = new Stack<byte[]>();
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

    /// <summary>What one connection holds.</summary>
    internal sealed class Share
    {
        public long Held { get; set; }
    }

    private sealed class Waiter(Share share, int capacity)
    {
        public Share Share => share;

        public int Capacity => capacity;

        public TaskCompletionSource<ReplyBuffer> Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
