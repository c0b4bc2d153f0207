using GlanceStore.Formats;

namespace GlanceStore.Cache.Reading;

/// <summary>The disk in an image as what a raw file is made of, opened when something of it is wanted.</summary>
internal sealed class DiskOrigin(Func<CancellationToken, Task<DiskBytes>> open) : IOrigin
{
    private readonly SemaphoreSlim _turn = new(1);
    private DiskBytes? _disk;

    public async Task<Stream> OpenAsync(long offset, long length, CancellationToken cancellationToken) =>
        new CachedImage(await DiskAsync(cancellationToken).ConfigureAwait(false), ownsBytes: false) { Position = offset };

    public async ValueTask<bool> IsHoleAsync(long offset, long length, CancellationToken cancellationToken)
    {
        var disk = await DiskAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var extent in disk.ExtentsAsync(offset, length, cancellationToken).ConfigureAwait(false))
        {
            if (extent.Kind == DiskExtentKind.Data)
            {
                return false;
            }
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_disk is not null)
        {
            await _disk.DisposeAsync().ConfigureAwait(false);
        }

        _turn.Dispose();
    }

    private async ValueTask<DiskBytes> DiskAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _disk ??= await open(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }
}
