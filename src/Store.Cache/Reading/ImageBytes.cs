using GlanceStore.Formats;

namespace GlanceStore.Cache.Reading;

/// <summary>The bytes of an image or of a disk, read at any place by any number of threads.</summary>
internal abstract class ImageBytes : IAsyncDisposable
{
    public abstract long Size { get; }

    public abstract Digest Digest { get; }

    public abstract string? Format { get; }

    public virtual ImageInspection? Inspection => null;

    /// <summary>Whether chunks are fetched before somebody asks for them.</summary>
    public abstract bool ReadsAhead { get; set; }

    /// <summary>Fills the buffer, whose bytes all lie within.</summary>
    public abstract ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Gets what is not here of a stretch that lies within, where it is known what that is.</summary>
    public virtual ValueTask FetchAsync(long offset, long length, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>How a stretch that lies within is stored.</summary>
    public abstract IAsyncEnumerable<DiskExtent> ExtentsAsync(long offset, long length, CancellationToken cancellationToken);

    /// <summary>Gets all that is not there yet.</summary>
    public abstract Task FillAsync(long? bytesPerSecond, IProgress<TransferProgress>? progress, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
