namespace GlanceStore.Formats.Disks;

/// <summary>Where the bytes of a disk are in its file. Nothing that the file says is believed before it was compared with the file's length.</summary>
internal abstract class DiskMap(HostFile file)
{
    /// <summary>The size of the disk in bytes.</summary>
    public abstract long Size { get; }

    /// <summary>How many bytes a compressed cluster has once it is inflated; 0 where none is compressed.</summary>
    public virtual int ClusterBytes => 0;

    protected HostFile File => file;

    /// <summary>What is at an offset of the disk, below its size.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Corrupted"/>: a table contradicts itself or the file.</exception>
    public abstract ValueTask<MappedRange> FindAsync(long offset, CancellationToken cancellationToken);

    /// <summary>Inflates as much of a cluster as the disk has of it; called by several threads at once.</summary>
    /// <param name="offset">Where the cluster begins on the disk.</param>
    /// <param name="stored">What the file has of it, and perhaps of what follows it.</param>
    /// <param name="cluster">What to fill.</param>
    /// <exception cref="StoreException"><see cref="StoreError.Corrupted"/>: it is another cluster, or does not inflate to a whole one.</exception>
    public virtual void Inflate(long offset, ArraySegment<byte> stored, Span<byte> cluster) => throw new NotSupportedException();

    protected StoreException Corrupted(string what) => file.Corrupted(what);
}
