namespace GlanceStore.Conformance;

/// <summary>One place of a <see cref="FaultPlan"/> and what goes wrong there. Several things at one place happen in the order of this list.</summary>
public sealed class FaultSpot
{
    private readonly Func<DriverCall, int, int, bool> _isAt;
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Func<CancellationToken, Task>> _before = [];
    private Func<Exception>? _error;
    private bool _losesReply;
    private bool _flipsBit;
    private bool _readsShort;

    internal FaultSpot(string name, Func<DriverCall, int, int, bool> isAt) => (Name, _isAt) = (name, isAt);

    /// <summary>Done as soon as the place is reached, before anything goes wrong.</summary>
    public Task Reached => _reached.Task;

    /// <summary>Whether what was planned here has happened.</summary>
    public bool HasFired { get; private set; }

    internal string Name { get; }

    /// <summary>Does something else first: cancels a token, replaces the image behind the driver's back.</summary>
    public FaultSpot Do(Func<Task> action) => Before(_ => action());

    /// <summary>Waits, in real time.</summary>
    public FaultSpot Delay(TimeSpan delay) => Before(cancellationToken => Task.Delay(delay, cancellationToken));

    /// <summary>Waits until the call is cancelled.</summary>
    public FaultSpot Stall() => Before(cancellationToken => Task.Delay(Timeout.Infinite, cancellationToken));

    /// <summary>Fails for good, without reaching the backend.</summary>
    public FaultSpot Fail(StoreError error) => Throw(() => new StoreException(error, $"The plan let {Name} fail with {error}."));

    /// <summary>Fails for a passing reason, without reaching the backend.</summary>
    public FaultSpot FailTransiently(StoreError error = StoreError.Unavailable) =>
        Throw(() => new StoreException(error, $"The plan let {Name} fail with {error} for once.") { IsTransient = true });

    /// <summary>Fails with any exception, without reaching the backend.</summary>
    public FaultSpot Throw(Func<Exception> error)
    {
        _error = error;
        return this;
    }

    /// <summary>A read gives fewer bytes than it was asked for. For <see cref="DriverCall.Read"/> only.</summary>
    public FaultSpot ShortRead()
    {
        _readsShort = true;
        return this;
    }

    /// <summary>Flips a bit of what is read or written. For <see cref="DriverCall.Read"/> and the writing calls only.</summary>
    public FaultSpot FlipBit()
    {
        _flipsBit = true;
        return this;
    }

    /// <summary>The call takes effect, and its answer is lost: it fails with a transient <see cref="StoreError.Unavailable"/>.</summary>
    public FaultSpot LoseReply()
    {
        _losesReply = true;
        return this;
    }

    internal bool IsAt(DriverCall call, int step, int ofKind) => _isAt(call, step, ofKind);

    internal async Task BeforeAsync(CancellationToken cancellationToken)
    {
        _reached.TrySetResult();
        foreach (var action in _before)
        {
            HasFired = true;
            await action(cancellationToken);
        }

        if (_error is { } error)
        {
            HasFired = true;
            throw error();
        }
    }

    internal void AfterReply()
    {
        if (_losesReply)
        {
            HasFired = true;
            throw new StoreException(StoreError.Unavailable, $"The plan lost the reply to {Name}.") { IsTransient = true };
        }
    }

    internal Memory<byte> Shorten(Memory<byte> buffer)
    {
        if (!_readsShort || buffer.Length < 2)
        {
            return buffer;
        }

        HasFired = true;
        return buffer[..Math.Max(1, buffer.Length / 3)];
    }

    internal void Bend(Span<byte> bytes)
    {
        if (_flipsBit && bytes.Length > 0)
        {
            HasFired = true;
            bytes[bytes.Length / 2] ^= 1;
        }
    }

    internal Chunk Bend(Chunk chunk)
    {
        if (!_flipsBit || chunk.Length == 0)
        {
            return chunk;
        }

        var bytes = chunk.Bytes.ToArray();
        Bend(bytes.AsSpan());
        return chunk with { Bytes = bytes };
    }

    private FaultSpot Before(Func<CancellationToken, Task> action)
    {
        _before.Add(action);
        return this;
    }
}
