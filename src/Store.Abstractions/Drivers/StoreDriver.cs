namespace GlanceStore.Drivers;

/// <summary>A kind of backend: locate, find, open-read, open-write, delete. This is all a driver author implements.</summary>
/// <remarks>
/// <para>
/// <em>Given</em>, for every member: the front has checked the arguments against <see cref="Info"/>, so a driver that cannot write is
/// never asked to; locations come from this driver's own <see cref="LocationOf"/> or <see cref="ParseLocation"/>; retry, hashing,
/// counting, buffering, time limits, logging and metrics happen above, once.
/// </para>
/// <para>
/// <em>Must</em>, for every member: be callable at the same time from any thread; make one attempt and report its failure as a
/// <see cref="StoreException"/> with the right code and <see cref="StoreException.IsTransient"/>; let cancellation through as
/// <see cref="OperationCanceledException"/> within a second; keep secrets out of messages.
/// </para>
/// </remarks>
public abstract class StoreDriver : IAsyncDisposable
{
    /// <summary>The driver's type, schemes and capabilities. <em>Must</em> be the same for the driver's whole life.</summary>
    public abstract DriverInfo Info { get; }

    /// <summary>Where an image of that id is or would be. <em>Must</em> be a location <see cref="ParseLocation"/> accepts, without credentials, and of the driver's own account.</summary>
    public abstract ImageLocation LocationOf(ImageId id);

    /// <summary>Reads a location in every dialect of the driver's schemes.</summary>
    /// <remarks>
    /// <em>Given</em>: a URI of one of the driver's schemes. <em>Must</em> throw <see cref="StoreError.InvalidLocation"/> for one that is
    /// malformed or lies outside the store, and put credentials into <see cref="ImageLocation.Secret"/>, not into the URI. Where the backend keeps
    /// several accounts that a URI does not tell apart, it <em>must</em> set <see cref="ImageLocation.Account"/>: for a URI without credentials
    /// to the driver's own, or null where that is not known before the backend is asked; for one with credentials to the driver's own where they
    /// name it, to another text where they name another one, to null where they do not tell. The front compares.
    /// </remarks>
    public abstract ImageLocation ParseLocation(string uri);

    /// <summary>What the backend says of an image.</summary>
    /// <remarks><em>Must</em> return null only where the backend says that there is none: a failure to ask is an error.</remarks>
    public abstract ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken);

    /// <summary>Opens an image, or a range of it.</summary>
    /// <remarks>
    /// <em>Given</em>: a range only where <see cref="DriverCapabilities.CanReadRanges"/>. <em>Must</em> throw
    /// <see cref="StoreError.NotFound"/>, <see cref="StoreError.InvalidRange"/> where the range begins at or past the end, and
    /// <see cref="StoreError.Changed"/> where the intent's version tag is no longer the image's; where the backend does not say whether it is, the
    /// reader's object has no tag.
    /// </remarks>
    public abstract ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken);

    /// <summary>Begins an upload. <em>Must</em> leave whatever is stored under the id as it is until the commit.</summary>
    public abstract ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken);

    /// <summary>Stores an image that fits in one chunk; override where the backend does it in one request.</summary>
    /// <remarks>
    /// <em>Given</em>: the whole image in <paramref name="image"/>, possibly empty, its digests already checked. <em>Must</em> keep every
    /// promise of a writer and its commit; may be called again after a failure.
    /// </remarks>
    public virtual async ValueTask<StoredObject> WriteWholeAsync(
        ImageId id, WriteIntent intent, Chunk image, WriteSummary summary, CancellationToken cancellationToken)
    {
        var writer = await OpenWriteAsync(id, intent, cancellationToken).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            if (image.Length > 0)
            {
                await writer.WriteChunkAsync(image, cancellationToken).ConfigureAwait(false);
            }

            return await writer.CommitAsync(summary, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes sure that an image is gone; false where it was not there. <em>Must</em> remove everything that belongs to it.</summary>
    /// <remarks>
    /// <em>Must</em> throw <see cref="StoreError.Changed"/> and leave the image where the intent's version tag is no longer the image's: compared
    /// in the request that deletes where the backend can, else looked at right before.
    /// </remarks>
    public abstract ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken);

    /// <summary>An optional role, or null. A wrapper <em>must</em> ask the driver it wraps for the roles it does not play itself.</summary>
    public virtual TFeature? GetFeature<TFeature>() where TFeature : class => this as TFeature;

    /// <summary>Releases connections and handles. <em>Must</em> be safe to call twice.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
