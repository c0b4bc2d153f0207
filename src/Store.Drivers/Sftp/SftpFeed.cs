namespace GlanceStore.Drivers.Sftp;

/// <summary>
/// What the library uploads through one handle: the image's bytes in order, as the front hands them over. The library asks for the next piece
/// without waiting for the answers to those before, so that many are under way.
/// </summary>
internal sealed class SftpFeed : Stream
{
    private readonly object _lock = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ReadOnlyMemory<byte> _offered;
    private long _offset;
    private bool _isEnded;

    /// <summary>Done when the file is open: the library asks for bytes then.</summary>
    public Task Begun => _begun.Task;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Hands bytes over; done when all are taken. Those that were taken before, by a call that failed, are not taken again.</summary>
    /// <returns>Null where they are not next: bytes before them were never handed over.</returns>
    public Task? Offer(ReadOnlyMemory<byte> bytes, long offset)
    {
        lock (_lock)
        {
            if (offset > _offset)
            {
                return null;
            }

            _offered = bytes[(int)Math.Min(bytes.Length, _offset - offset)..];
            if (_offered.IsEmpty)
            {
                return Task.CompletedTask;
            }

            _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Monitor.Pulse(_lock);
            return _taken.Task;
        }
    }

    /// <summary>Takes back what nobody took. Nobody is at the bytes when this returns.</summary>
    public void Withdraw()
    {
        lock (_lock)
        {
            _offered = default;
        }
    }

    /// <summary>There is no more.</summary>
    public void End()
    {
        lock (_lock)
        {
            _isEnded = true;
            Monitor.Pulse(_lock);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        _begun.TrySetResult();
        lock (_lock)
        {
            while (_offered.IsEmpty && !_isEnded)
            {
                Monitor.Wait(_lock);
            }

            var count = Math.Min(buffer.Length, _offered.Length);
            _offered.Span[..count].CopyTo(buffer);
            _offered = _offered[count..];
            _offset += count;
            if (_offered.IsEmpty)
            {
                _taken.TrySetResult();
            }

            return count;
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
