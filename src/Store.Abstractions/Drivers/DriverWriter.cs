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

    /// <summary>Makes the chunks an image. It is visible here, and only here.</summary>
    /// <remarks>
    /// <em>Given</em>: every chunk was written and the digests are right; may be called again after a transient failure.
    /// <em>Must</em> throw <see cref="StoreError.AlreadyExists"/> in <see cref="WriteMode.CreateNew"/> where the id is taken, decided in the
    /// same step that publishes.
    /// </remarks>
    public abstract ValueTask<StoredObject> CommitAsync(WriteSummary summary, CancellationToken cancellationToken);

    /// <summary>Ends the upload. <em>Must</em>, without a commit, leave nothing behind; must not throw; must be safe to call twice.</summary>
    public abstract ValueTask DisposeAsync();
}
