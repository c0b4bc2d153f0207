namespace GlanceStore.Drivers;

/// <summary>The optional role of a driver whose backend copies an image within itself, without its bytes passing through here.</summary>
public interface IServerSideCopy
{
    /// <summary>Whether the backend holds what that driver reads. <em>Must</em> answer without asking the backend.</summary>
    /// <param name="source">A driver, perhaps wrapped: ask it for its own type with <see cref="StoreDriver.GetFeature"/>.</param>
    bool CanCopyFrom(StoreDriver source);

    /// <summary>Makes a copy of an image. It is visible at the end, whole, and not before.</summary>
    /// <remarks>
    /// <em>Given</em>: a source this driver can copy from; may be called again after a transient failure. The front verifies the copy afterwards.
    /// <em>Must</em> throw <see cref="StoreError.Changed"/> where the image has no longer the version tag it was found with,
    /// <see cref="StoreError.AlreadyExists"/> as a commit does, <see cref="StoreError.Unsupported"/> where it turns out that the backend cannot
    /// do it after all: the front then reads and writes. It <em>must</em> leave nothing behind where it fails.
    /// </remarks>
    /// <param name="source">The driver of the image.</param>
    /// <param name="image">The image, as that driver found it.</param>
    /// <param name="id">The id of the copy.</param>
    /// <param name="mode">Create a new image, or replace what is there.</param>
    /// <param name="cancellationToken">Ends the copy.</param>
    ValueTask<StoredObject> CopyAsync(StoreDriver source, StoredObject image, ImageId id, WriteMode mode, CancellationToken cancellationToken);
}
