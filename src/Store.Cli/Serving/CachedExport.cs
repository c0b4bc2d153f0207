using GlanceStore.Cache;
using GlanceStore.Formats;
using GlanceStore.Nbd;

namespace GlanceStore.Cli.Serving;

/// <summary>An image of this host's cache as a network block device: what is read of it is fetched once, and stays.</summary>
internal sealed class CachedExport(string name, CachedImage image) : NbdExport(name, image.Size)
{
    public override async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (await image.ReadAtAsync(offset, buffer, cancellationToken) != buffer.Length)
        {
            throw new EndOfStreamException("The image ended before its size.");
        }
    }

    public override ValueTask ReadyAsync(long offset, long length, CancellationToken cancellationToken) => image.FetchAsync(offset, length, cancellationToken);

    public override IAsyncEnumerable<DiskExtent> GetExtentsAsync(long offset, long length, CancellationToken cancellationToken) =>
        image.GetExtentsAsync(offset, length, cancellationToken);

    public override ValueTask DisposeAsync() => image.DisposeAsync();
}
