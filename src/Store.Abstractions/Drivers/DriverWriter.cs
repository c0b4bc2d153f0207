namespace GlanceStore.Drivers;

/// <summary>An upload under way: chunks, and one commit that makes them an image.</summary>
public abstract class DriverWriter : IAsyncDisposable
{
    /// <summary>Where the image will be. <em>Must</em> not change.</summary>
    public abstract ImageLocation Location { get; }

    /// <summary>Writes a chunk.</summary>
    /// <remarks>
    /// <em>Given</em>: chunks of the lengths the capabilities allow, in any order, up to
    /// <see cref="DriverCapabilities.MaxParallelChunks"/> at once, and again with the same index and bytes after a failure.
    /// <em>Must</em> be done with the bytes when it returns or throws.
    /// </remarks>
    public abstract ValueTask WriteChunkAsync(Chunk chunk, CancellationToken cancellationToken);

    /// <summary>Opens what the backend holds of the upload, from an offset on, where the driver cannot be sure that it is what was sent; null, the default, where it is.</summary>
    /// <remarks>
    /// <em>Given</em>: every chunk was written and none comes any more; called before the first commit, and again after a transient failure. What is
    /// opened the front compares with what it sent, in its own time, and commits only where they are the same: reading all of an image takes longer
    /// than a commit may. <em>Must</em> be of all bytes that a commit would publish.
    /// </remarks>
    public virtual ValueTask<DriverReader?> OpenUnsureAsync(long offset, CancellationToken cancellationToken) => ValueTask.FromResult<DriverReader?>(null);

    /// <summary>Makes the chunks an image. It is visible here, and only here.</summary>
    /// <remarks>
    /// <em>Given</em>: every chunk was written and the digests are right; may be called again after a transient failure.
    /// <em>Must</em> throw <see cref="StoreError.AlreadyExists"/> in <see cref="WriteMode.CreateNew"/> where the id is taken, decided in the
    /// same step that publishes.
    /// </remarks>
    public abstract ValueTask<StoredObject> CommitAsync(WriteSummary summary, CancellationToken cancellationToken);

    /// <summary>What <see cref="IResumableWrites"/> opens this upload again by: short, and no secret. Null, the default, where it cannot.</summary>
    public virtual string? Token => null;

    /// <summary>Takes a chunk as written that was written before the upload was opened again; false, the default, where it has to be written.</summary>
    /// <remarks>
    /// <em>Given</em>: a chunk that an earlier writer of this upload reported as written, with the same bytes. <em>Must</em> be true only where the
    /// backend holds as many bytes of it now and, as far as the backend tells their digest, the same ones.
    /// </remarks>
    public virtual ValueTask<bool> TryKeepChunkAsync(Chunk chunk, CancellationToken cancellationToken) => ValueTask.FromResult(false);

    /// <summary>Ends the upload. <em>Must</em>, without a commit, leave nothing behind; must not throw; must be safe to call twice.</summary>
    /// <remarks>Where <see cref="WriteIntent.StaysOpen"/>, it leaves the upload as it is, to be opened again or to be found by a sweep.</remarks>
    public abstract ValueTask DisposeAsync();
}
