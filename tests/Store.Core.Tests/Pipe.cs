namespace GlanceStore.Core.Tests;

/// <summary>A source of zeros that can neither seek nor tell its length, and fails or gets stuck where a test wants it to.</summary>
internal sealed class Pipe(long length) : Stream
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _position;

    public long StuckAt { get; init; } = long.MaxValue;

    public long FailsAt { get; init; } = long.MaxValue;

    public Exception? Failure { get; init; }

    public Task Reached => _reached.Task;

    public Task Ended => _ended.Task;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void LetGo() => _letGo.SetResult();

    // It does not look at the token, as a blocking read of a pipe does not.
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= FailsAt)
        {
            throw Failure!;
        }

        if (_position >= StuckAt)
        {
            _reached.TrySetResult();
            await _letGo.Task;
            _ended.TrySetResult();
            return 0;
        }

        var count = (int)Math.Min(Math.Min(buffer.Length, 10_000), length - _position);
        buffer.Span[..count].Clear();
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
