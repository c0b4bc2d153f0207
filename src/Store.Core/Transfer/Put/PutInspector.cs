namespace GlanceStore.Transfer;

/// <summary>
/// Looks into the image of one put: in order, beside the digests. A put that looks into nothing has one of these too, which does nothing, so that
/// there is one path.
/// </summary>
internal sealed class PutInspector(PutInspection? inspection, TransferBudget budget) : IAsyncDisposable
{
    private readonly StreamInspector? _inspector = inspection?.NewInspector();
    private readonly MemoryCharge _held = new(budget);
    private Task _done = Task.CompletedTask;
    private volatile bool _abandoned;

    /// <summary>Looks at more bytes; returns at once, and the buffer is kept until they have been seen.</summary>
    public void Append(ChunkBuffer buffer, int length)
    {
        if (_inspector is not null)
        {
            _done = AppendAfterAsync(_done, buffer.Retain(), length);
        }
    }

    /// <summary>What the image is, once all of it has been appended; null where nobody asked.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Refused"/>: it is not what the put requires.</exception>
    public async Task<ImageInspection?> CompleteAsync()
    {
        await _done.ConfigureAwait(false);
        var found = _inspector?.Complete();
        Count();
        return found is not null && inspection!.Refuse(found) is { } why
            ? throw new StoreException(StoreError.Refused, $"The image was refused, because {why}; nothing was stored.") { Inspection = found }
            : found;
    }

    public async ValueTask DisposeAsync()
    {
        _abandoned = true;
        await _done.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _held.Dispose();
    }

    private async Task AppendAfterAsync(Task previous, ChunkBuffer buffer, int length)
    {
        try
        {
            await previous.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            if (!_abandoned)
            {
                _inspector!.Append(buffer.Memory.Span[..length]);
                Count();
            }
        }
        finally
        {
            buffer.Release();
        }
    }

    private void Count() => _held.Set(_inspector?.HeldBytes ?? 0);
}
