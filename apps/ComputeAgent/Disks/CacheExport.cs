using GlanceStore.Cache;
using GlanceStore.Formats;
using GlanceStore.Nbd;

namespace GlanceStore.ComputeAgent.Disks;

/// <summary>An image of the cache as a block device: what a guest reads comes first, what it did not read yet follows behind.</summary>
internal sealed class CacheExport : NbdExport
{
    // As much as is read into nothing at a time when a client says what it will read soon, for one request after the other: clients ask for any number.
    private const int Piece = 64 << 10;

    private readonly CachedImage _image;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _ending = new();
    private Task _filling = Task.CompletedTask;

    public CacheExport(string name, CachedImage image)
        : base(name, image.Size) => _image = image;

    public override bool CanCache => true;

    /// <summary>Gets the rest of the image, at the rate that is set for that.</summary>
    public void Fill(Func<CachedImage, CancellationToken, Task> fill) => _filling = fill(_image, _ending.Token);

    public override async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (await _image.ReadAtAsync(offset, buffer, cancellationToken) != buffer.Length)
        {
            throw new EndOfStreamException("The image ended before its size.");
        }
    }

    public override ValueTask ReadyAsync(long offset, long length, CancellationToken cancellationToken) => _image.FetchAsync(offset, length, cancellationToken);

    public override IAsyncEnumerable<DiskExtent> GetExtentsAsync(long offset, long length, CancellationToken cancellationToken) =>
        _image.GetExtentsAsync(offset, length, cancellationToken);

    public override async ValueTask CacheAsync(long offset, long length, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var buffer = new byte[Math.Min(Piece, length)];
            for (var end = offset + length; offset < end; offset += buffer.Length)
            {
                await _image.ReadAtAsync(offset, buffer.AsMemory(0, (int)Math.Min(buffer.Length, end - offset)), cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _filling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _image.DisposeAsync();
        _ending.Dispose();
    }
}
