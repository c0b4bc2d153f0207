namespace GlanceStore;

/// <summary>The bytes of a stored image, or of a range of it: a read-only stream, seekable where the store reads ranges.</summary>
/// <remarks>
/// A read throws <see cref="StoreException"/>: <see cref="StoreError.Corrupted"/> where the bytes are not the expected ones (before
/// any of them is handed over, with a manifest; by the read that would return 0, with a digest), <see cref="StoreError.Changed"/> where
/// the image was replaced meanwhile. A read into an empty buffer returns once there are bytes, or the end. Not for use by several
/// threads at once, as streams are not. Dispose it: it holds a buffer.
/// </remarks>
public abstract class ImageReadStream : Stream
{
    /// <summary>What the backend said of the image when it was opened.</summary>
    public abstract StoredObject Object { get; }

    /// <summary>What has been verified of the bytes handed over so far; final once a read has returned 0.</summary>
    public abstract ReadVerdict Verdict { get; }

    /// <summary>
    /// Counts bytes that whoever reads the image keeps because of it, such as the tables of a disk, in the store's memory budget. Nobody waits for
    /// them; reading ahead gives way. What is counted when the stream is disposed is given back then.
    /// </summary>
    /// <param name="bytes">How many more they are, or below 0 how many fewer.</param>
    public virtual void CountKept(long bytes)
    {
    }
}
