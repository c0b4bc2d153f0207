using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using GlanceStore.Transfer;

namespace GlanceStore.Digests;

/// <summary>One digest that is fed in order, and computed beside all others of the process by <see cref="DigestLanes"/>.</summary>
internal sealed class RunningDigest : IAsyncDisposable
{
    private readonly DigestLanes _lanes;
    private readonly DigestBank _kind;
    private readonly DigestBank _platform;
    private readonly HashAlgorithmName _name;
    private readonly Queue<(ChunkBuffer Buffer, int Length)> _pieces = new();

    // One for each piece but the first, which has been reached.
    private readonly Queue<RunningDigest?> _beside = new();

    private HashState? _state;
    private (ChunkBuffer Buffer, int Length) _piece;
    private int _taken;
    private bool _isInTurn;
    private volatile bool _isAbandoned;
    private volatile bool _isEnded;
    private Exception? _failure;
    private TaskCompletionSource? _idle;

    /// <param name="lanes">Who computes it.</param>
    /// <param name="kind">Where it is counted until it is disposed.</param>
    /// <param name="platform">Where it waits for its turns, if the platform computes it.</param>
    /// <param name="name">What the platform calls it.</param>
    public RunningDigest(DigestLanes lanes, DigestBank kind, DigestBank platform, HashAlgorithmName name)
    {
        (_lanes, _kind, _platform, _name, Bank) = (lanes, kind, platform, name, kind);
        _state = kind.Hash is null ? new PlatformState(name) : null;
    }

    /// <summary>Where it waits for its turns.</summary>
    public DigestBank Bank { get; private set; }

    /// <summary>Its words, where lanes can go on with them.</summary>
    public BlockState? Blocks => State as BlockState;

    /// <summary>When it last became ready: who waits longest comes first.</summary>
    public long ReadySince { get; set; }

    /// <summary>Whether it has something to take, or takes it right now.</summary>
    public bool IsBusy => _pieces.Count > 0;

    /// <summary>What is left of the piece that a turn has begun with: its buffer is kept until the turn is over.</summary>
    public ReadOnlyMemory<byte> Left => _piece.Buffer.Memory[_taken.._piece.Length];

    /// <summary>Waits until everything appended has been digested and its buffers are free.</summary>
    public async Task FlushAsync()
    {
        await _lanes.WhenIdle(this).ConfigureAwait(false);
        if (_failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }

        // Whoever waits beside the one that ended it and has disposed it since has seen everything digested.
        if (_isAbandoned && !_isEnded)
        {
            throw new OperationCanceledException("The digest was given up.");
        }
    }

    /// <summary>The digest of everything appended. Ends it.</summary>
    public async Task<byte[]> CompleteAsync()
    {
        await FlushAsync().ConfigureAwait(false);
        _isEnded = true;
        return State.End();
    }

    /// <summary>Gives up what is not digested yet, and all buffers with it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _lanes.AbandonAsync(this).ConfigureAwait(false);
        _state?.Dispose();
    }

    /// <summary>Takes the next bytes of its piece alone.</summary>
    public void TakeAlone(int most)
    {
        var bytes = Left.Span[..Math.Min(Left.Length, most)];
        State.Append(bytes);
        Advance(bytes.Length);
    }

    /// <summary>Bytes of its piece have been taken.</summary>
    public void Advance(int bytes) => _taken += bytes;

    // The rest is for DigestLanes, under its lock.

    /// <summary>Takes more bytes in its next turns; a digest beside it becomes ready when it reaches them.</summary>
    public void Enqueue(ChunkBuffer buffer, int length, RunningDigest? beside)
    {
        if (_isAbandoned || _failure is not null)
        {
            ReadyBeside(beside);
            return;
        }

        Hold(buffer, length);
        if (_pieces.Count > 1)
        {
            _beside.Enqueue(beside);
            return;
        }

        _lanes.Ready(this);
        ReadyBeside(beside);
    }

    /// <summary>Takes more bytes when it is made ready.</summary>
    public void Hold(ChunkBuffer buffer, int length) => _pieces.Enqueue((buffer.Retain(), length));

    /// <summary>
    /// A turn begins. The first one decides who computes it, for good, since the platform tells nobody how far it has come: those that are begun
    /// together are all here by then.
    /// </summary>
    public void BeginTurn()
    {
        (_isInTurn, _piece) = (true, _pieces.Peek());
        if (_state is null && _kind is { Begun: 1, Hash.IsForCompany: true })
        {
            Bank = _platform;
        }
    }

    /// <summary>The turn is over; its piece goes where it is done.</summary>
    public void EndTurn(Exception? failure)
    {
        _isInTurn = false;
        _failure ??= failure;
        if (_failure is not null || _isAbandoned)
        {
            Drop(0);
        }
        else if (Left.IsEmpty)
        {
            _pieces.Dequeue().Buffer.Release();
            _taken = 0;
            if (_beside.TryDequeue(out var beside))
            {
                ReadyBeside(beside);
            }
        }

        TellIfIdle();
    }

    public void Abandon()
    {
        _kind.Begun -= _isAbandoned ? 0 : 1;
        _isAbandoned = true;
        Drop(_isInTurn ? 1 : 0);
        if (!_isInTurn)
        {
            Bank.Remove(this);
        }

        TellIfIdle();
    }

    public Task WhenIdle() => IsBusy
        ? (_idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task
        : Task.CompletedTask;

    private HashState State => _state ??= Bank.Hash is { } hash ? new BlockState(hash) : new PlatformState(_name);

    private void ReadyBeside(RunningDigest? beside)
    {
        if (beside is not null)
        {
            _lanes.Ready(beside);
        }
    }

    // What is in a turn is being read; what would have been taken beside the rest is taken alone.
    private void Drop(int kept)
    {
        while (_beside.TryDequeue(out var beside))
        {
            ReadyBeside(beside);
        }

        for (var i = _pieces.Count; i > 0; i--)
        {
            var piece = _pieces.Dequeue();
            if (kept-- > 0)
            {
                _pieces.Enqueue(piece);
            }
            else
            {
                piece.Buffer.Release();
            }
        }
    }

    private void TellIfIdle()
    {
        if (!IsBusy)
        {
            _idle?.SetResult();
            _idle = null;
        }
    }
}
