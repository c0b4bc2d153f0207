using GlanceStore.ImageService.Http;

namespace GlanceStore.ImageService.Transfers;

/// <summary>
/// What an upload or an import reads, given up where nothing comes for too long, or next to nothing while somebody else waits for what it holds:
/// memory, of an upload, or a worker, of an import.
/// </summary>
internal sealed class PatientSource : Stream
{
    // In bytes a second.
    private const int LeastRate = 16 << 10;

    // Time that is spent elsewhere, as in a store that is slow, is not the source's.
    private const double ShareOfReading = 0.8;

    private readonly Stream _source;
    private readonly TimeSpan _patience;
    private readonly TimeSpan _lookEvery;
    private readonly Func<bool> _isAwaited;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _reading;
    private readonly ITimer _look;
    private readonly Lock _lock = new();
    private TimeSpan _read;
    private long _bytes;
    private long? _since;
    private bool _isSlow;

    /// <param name="source">What is read; whoever has it disposes it.</param>
    /// <param name="patience">For how long nothing may come.</param>
    /// <param name="lookEvery">Over what time next to nothing is too little.</param>
    /// <param name="isAwaited">Whether somebody waits for what a slow source holds.</param>
    /// <param name="time">The clock.</param>
    public PatientSource(Stream source, TimeSpan patience, TimeSpan lookEvery, Func<bool> isAwaited, TimeProvider time)
    {
        (_source, _patience, _lookEvery, _isAwaited, _time) = (source, patience, lookEvery, isAwaited, time);
        _reading = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _look = time.CreateTimer(static source => ((PatientSource)source!).Look(), this, _lookEvery, _lookEvery);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var ending = cancellationToken.UnsafeRegister(static reading => ((CancellationTokenSource)reading!).Cancel(), _reading);
        Begin();
        var count = 0;
        try
        {
            count = await _source.ReadAsync(buffer, _reading.Token);
            return count;
        }
        catch (OperationCanceledException e) when (_reading.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(StatusCodes.Status408RequestTimeout, _isSlow
                ? $"Less than {LeastRate >> 10} KiB a second came for {_lookEvery.TotalSeconds:0} s; nothing was stored."
                : $"Nothing came for {_patience.TotalSeconds:0} s; nothing was stored.", e);
        }
        finally
        {
            End(count);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _look.Dispose();
        _reading.Cancel(); // and not disposed: a read that nobody waits for any more may be under way
        base.Dispose(disposing);
    }

    private void Begin()
    {
        _reading.CancelAfter(_patience);
        lock (_lock)
        {
            _since = _time.GetTimestamp();
        }
    }

    private void End(int count)
    {
        lock (_lock)
        {
            _read += _time.GetElapsedTime(_since!.Value);
            _bytes += count;
            _since = null;
        }

        _reading.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    private void Look()
    {
        lock (_lock)
        {
            if (_since is { } since)
            {
                _read += _time.GetElapsedTime(since);
                _since = _time.GetTimestamp();
                _isSlow = _read >= ShareOfReading * _lookEvery && _bytes < LeastRate * _lookEvery.TotalSeconds && _isAwaited();
                if (_isSlow)
                {
                    _reading.CancelAfter(TimeSpan.Zero); // not here, where the lock is held
                }
            }

            (_read, _bytes) = (TimeSpan.Zero, 0);
        }
    }
}
