namespace GlanceStore.Nbd.Connections;

/// <summary>Sends answers in the order in which they are ready, several small ones as one.</summary>
/// <remarks>
/// Whoever brings an answer while nobody sends does so himself, with all that others bring meanwhile: no thread waits to send, and none is woken for it.
/// </remarks>
internal sealed class ReplyWriter(Stream stream, Action<int> requestsEnded, Action<Exception> failed, TimeProvider time)
{
    private const int LongestGathered = 16 << 10;
    private const int MostHeld = 16;
    private const int MostSentAtOnce = 1 << 20;
    private const long NotSending = -1;

    private readonly Lock _lock = new();
    private readonly Queue<Reply> _ready = new();
    private byte[]? _gathered; // many clients only ask for what is not gathered
    private TaskCompletionSource? _idle;
    private bool _isSending;
    private bool _isHeld;
    private bool _hasFailed;
    private long _sendingSince = NotSending;

    /// <summary>How long what is being sent now has not been taken.</summary>
    public TimeSpan StalledFor => Interlocked.Read(ref _sendingSince) is var since and not NotSending ? time.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>Lets answers wait for those that come before <see cref="Release"/>, to be sent with them.</summary>
    public void Hold()
    {
        lock (_lock)
        {
            _isHeld = true;
        }
    }

    /// <summary>Sends what waits.</summary>
    public void Release()
    {
        bool begun;
        lock (_lock)
        {
            _isHeld = false;
            begun = TryBegin();
        }

        if (begun)
        {
            _ = SendAllAsync();
        }
    }

    /// <summary>Sends an answer soon. Once the connection has failed it is dropped.</summary>
    public void Add(in Reply reply)
    {
        bool begun;
        lock (_lock)
        {
            _ready.Enqueue(reply);
            begun = TryBegin();
        }

        if (begun)
        {
            _ = SendAllAsync();
        }
    }

    /// <summary>Ends once nothing is left to send.</summary>
    public Task IdleAsync()
    {
        lock (_lock)
        {
            return _isSending ? (_idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
        }
    }

    private bool TryBegin()
    {
        if (_isSending || _ready.Count == 0 || (_isHeld && _ready.Count < MostHeld))
        {
            return false;
        }

        return _isSending = true;
    }

    private async Task SendAllAsync()
    {
        while (TryTake(out var bytes, out var buffer, out var ended))
        {
            try
            {
                await SendAsync(bytes).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                _hasFailed = true;
                failed(e);
            }

            buffer?.Return();
            requestsEnded(ended);
        }
    }

    // One long answer where it lies, or short ones together.
    private bool TryTake(out ReadOnlyMemory<byte> bytes, out ReplyBuffer? buffer, out int ended)
    {
        (bytes, buffer, ended) = (default, null, 0);
        lock (_lock)
        {
            if (!_ready.TryPeek(out var first))
            {
                _isSending = false;
                _idle?.SetResult();
                _idle = null;
                return false;
            }

            if (first.Bytes.Length > LongestGathered)
            {
                _ready.Dequeue();
                (bytes, buffer, ended) = (first.Bytes, first.Buffer, first.EndsRequest ? 1 : 0);
                return true;
            }

            bytes = Gather(out ended);
            return true;
        }
    }

    private ReadOnlyMemory<byte> Gather(out int ended)
    {
        var length = 0;
        ended = 0;
        _gathered ??= new byte[4 * LongestGathered];
        while (_ready.TryPeek(out var reply) && reply.Bytes.Length <= LongestGathered && length + reply.Bytes.Length <= _gathered.Length)
        {
            _ready.Dequeue();
            reply.Bytes.CopyTo(_gathered.AsMemory(length));
            reply.Buffer?.Return();
            length += reply.Bytes.Length;
            ended += reply.EndsRequest ? 1 : 0;
        }

        return _gathered.AsMemory(0, length);
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0 && !_hasFailed)
        {
            var piece = bytes[..Math.Min(bytes.Length, MostSentAtOnce)];
            Interlocked.Exchange(ref _sendingSince, time.GetTimestamp());
            await stream.WriteAsync(piece).ConfigureAwait(false);
            Interlocked.Exchange(ref _sendingSince, NotSending);
            bytes = bytes[piece.Length..];
        }
    }
}
