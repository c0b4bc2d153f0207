using System.Globalization;

namespace GlanceStore.Nbd.Exports;

/// <summary>The streams over the bytes of one export: who asks gets one for himself, the one that stands nearest to where he reads.</summary>
/// <remarks>A stream that reads ahead goes on where it is: that is worth more than an even use of all of them.</remarks>
internal sealed class ReaderPool : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Func<CancellationToken, Task<Stream>>? _open;
    private readonly SemaphoreSlim _turns;
    private readonly List<Stream> _free;
    private readonly long _size;
    private int _unopened;
    private bool _disposed;

    public ReaderPool(Stream only)
        : this(only, null, 1)
    {
    }

    public ReaderPool(Stream first, Func<CancellationToken, Task<Stream>>? open, int most)
    {
        (_open, _turns) = (open, new SemaphoreSlim(most, most));
        (_free, _size) = ([first], first.Length);
        _unopened = most - 1;
    }

    /// <summary>A stream for the caller alone, until he returns it.</summary>
    public async ValueTask<Stream> RentAsync(long offset, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (Take(offset) is { } free)
        {
            return free;
        }

        Stream? opened = null;
        try
        {
            opened = await _open!(cancellationToken).ConfigureAwait(false);
            return opened.Length == _size ? opened : throw Changed(opened.Length);
        }
        catch
        {
            await DropAsync(opened).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Gives a stream back; one that failed is replaced where another can be opened.</summary>
    public ValueTask ReturnAsync(Stream reader, bool isSound)
    {
        lock (_lock)
        {
            if (!_disposed && (isSound || _open is null))
            {
                _free.Add(reader);
                _turns.Release();
                return ValueTask.CompletedTask;
            }
        }

        return DropAsync(reader);
    }

    public async ValueTask DisposeAsync()
    {
        List<Stream> free;
        lock (_lock)
        {
            _disposed = true;
            free = [.. _free];
            _free.Clear();
        }

        foreach (var reader in free)
        {
            await reader.DisposeAsync().ConfigureAwait(false);
        }
    }

    // The one that stands there; else a new one as long as there may be one; else the nearest.
    private Stream? Take(long offset)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var nearest = -1;
            for (var i = 0; i < _free.Count; i++)
            {
                if (nearest < 0 || Distance(i) < Distance(nearest))
                {
                    nearest = i;
                }
            }

            if (nearest < 0 || (_unopened > 0 && Distance(nearest) != 0))
            {
                _unopened--;
                return null;
            }

            var reader = _free[nearest];
            _free.RemoveAt(nearest);
            return reader;
        }

        long Distance(int index) => Math.Abs(_free[index].Position - offset);
    }

    private async ValueTask DropAsync(Stream? reader)
    {
        lock (_lock)
        {
            _unopened++;
        }

        _turns.Release();
        if (reader is not null)
        {
            await reader.DisposeAsync().ConfigureAwait(false);
        }
    }

    private StoreException Changed(long size) => new(StoreError.Changed, string.Create(
        CultureInfo.InvariantCulture, $"The bytes of the export were {_size} and are {size} now: what is behind it was replaced, so it is not read on."));
}
