namespace GlanceStore.Drivers.Sftp;

/// <summary>Bytes cut into pieces of the length of one request, of which whoever is free takes the next.</summary>
internal sealed class SftpPieces(int length, int pieceBytes)
{
    private readonly Lock _lock = new();
    private int _taken;
    private Exception? _left;

    /// <summary>How many there are.</summary>
    public int Count { get; } = CountOf(length, pieceBytes);

    public static int CountOf(long length, int pieceBytes) => (int)Math.Min(int.MaxValue, (length + pieceBytes - 1) / pieceBytes);

    /// <summary>Hands out the next piece, where there is one.</summary>
    /// <param name="use">Given where it begins and its length; has returned before <see cref="Stop"/> does.</param>
    public bool TryTake(Action<int, int> use)
    {
        lock (_lock)
        {
            if (_taken == Count)
            {
                return false;
            }

            var offset = _taken++ * pieceBytes;
            use(offset, Math.Min(pieceBytes, length - offset));
            return true;
        }
    }

    /// <summary>Says that one of those who were to take pieces could not. That matters only where nobody took the last.</summary>
    public void Leave(Exception reason) => Interlocked.CompareExchange(ref _left, reason, null);

    /// <summary>Why pieces were left; null where none were.</summary>
    public Exception? Left
    {
        get
        {
            lock (_lock)
            {
                return _taken < Count ? _left ?? new ObjectDisposedException(nameof(SftpFile)) : null;
            }
        }
    }

    /// <summary>Hands out no more. Nobody is at a piece's bytes when this returns.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _taken = Count;
        }
    }
}
