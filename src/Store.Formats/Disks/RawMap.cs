namespace GlanceStore.Formats.Disks;

/// <summary>A disk whose bytes are those of the file: raw, and the fixed VHD, which has a footer behind them.</summary>
internal sealed class RawMap(HostFile file, long size) : DiskMap(file)
{
    public override long Size => size;

    public override ValueTask<MappedRange> FindAsync(long offset, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new MappedRange(DiskExtentKind.Data, size - offset, offset));
}
