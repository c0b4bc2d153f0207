namespace GlanceStore.Nbd.Connections;

/// <summary>What a client has sent and nobody has read yet: never more than one array holds.</summary>
internal sealed class InputBuffer(Stream stream)
{
    /// <summary>The most that can be looked at as one.</summary>
    public const int Capacity = 16 << 10;

    private readonly byte[] _bytes = new byte[Capacity];
    private int _start;
    private int _end;

    /// <summary>What is here already.</summary>
    public ReadOnlySpan<byte> Available => _bytes.AsSpan(_start, _end - _start);

    /// <summary>Waits until that many bytes are here; false where the client's bytes end before.</summary>
    public async ValueTask<bool> FillAsync(int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Capacity);
        if (_start + count > Capacity)
        {
            Available.CopyTo(_bytes);
            (_start, _end) = (0, _end - _start);
        }

        while (_end - _start < count)
        {
            var read = await stream.ReadAsync(_bytes.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return false;
            }

            _end += read;
        }

        return true;
    }

    /// <summary>Leaves behind what has been read.</summary>
    public void Advance(int count)
    {
        _start += count;
        if (_start == _end)
        {
            _start = _end = 0;
        }
    }

    /// <summary>Reads and forgets; false where the client's bytes end before.</summary>
    public async ValueTask<bool> SkipAsync(long count, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            if (Available.IsEmpty && !await FillAsync(1, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            var skipped = (int)Math.Min(count, _end - _start);
            Advance(skipped);
            count -= skipped;
        }

        return true;
    }
}
