using GlanceStore.Nbd;

namespace GlanceStore.Cli.Serving;

/// <summary>The bytes of a stored image as they are, as a network block device.</summary>
internal sealed class ServedExport(string name, ServedImage image) : NbdExport(name, image.Size)
{
    public override ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) => image.ReadAsync(offset, buffer, cancellationToken);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
