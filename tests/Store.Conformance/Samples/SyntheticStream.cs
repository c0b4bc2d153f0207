namespace GlanceStore.Conformance;

/// <summary>
/// A source as awkward as a pipe: it cannot seek, does not tell its length and is read asynchronously only. It may also give few bytes
/// at a time, fail half-way or stop answering.
/// </summary>
/// <param name="content">Its bytes.</param>
/// <param name="length">How many there are before it ends.</param>
public sealed class SyntheticStream(SyntheticContent content, long length) : Stream
{
    private long _position;

    /// <summary>The most bytes a read gives; no limit by default.</summary>
    public int MaxReadBytes { get; init; } = int.MaxValue;

    /// <summary>The offset at which reads begin to fail with <see cref="Failure"/>; null, the default, for never.</summary>
    public long? FailAt { get; init; }

    /// <summary>What reads fail with.</summary>
    public Exception Failure { get; init; } = new InvalidDataException("The source broke off, as it was made to.");

    /// <summary>The offset at which a read waits, until it is cancelled or <see cref="StallUntil"/> ends; null, the default, for never.</summary>
    public long? StallAt { get; init; }

    /// <summary>What ends the stall; null, the default, for nothing.</summary>
    public Task? StallUntil { get; init; }

    /// <summary>Told of the position after each read; null by default.</summary>
    public Action<long>? AfterRead { get; init; }

    /// <summary>How many bytes were read so far.</summary>
    public long BytesRead => _position;

    /// <summary>Whether it was disposed.</summary>
    public bool IsDisposed { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => !IsDisposed;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <summary>Not told.</summary>
    public override long Length => throw new NotSupportedException("This source does not tell its length.");

    /// <summary>Not told.</summary>
    public override long Position
    {
        get => throw new NotSupportedException("This source does not tell its position.");
        set => throw new NotSupportedException("This source cannot seek.");
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        await MisbehaveAsync(cancellationToken);
        var end = Math.Min(length, Math.Min(FailAt ?? length, IsHeld ? StallAt ?? length : length));
        var count = (int)Math.Min(Math.Min(buffer.Length, MaxReadBytes), end - _position);
        content.Fill(_position, buffer.Span[..count]);
        _position += count;
        AfterRead?.Invoke(_position);
        return count;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Not supported: whoever reads a source synchronously blocks a thread.</summary>
    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("This source is read asynchronously only.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("This source cannot seek.");

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("This source cannot be written.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("This source cannot be written.");

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }

    private bool IsHeld => StallUntil is not { IsCompleted: true };

    private async ValueTask MisbehaveAsync(CancellationToken cancellationToken)
    {
        if (_position >= FailAt)
        {
            throw Failure;
        }

        if (_position >= StallAt && IsHeld)
        {
            await (StallUntil ?? Task.Delay(Timeout.Infinite, cancellationToken)).WaitAsync(cancellationToken);
        }
    }
}
