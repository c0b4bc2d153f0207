using GlanceStore.Drivers;

namespace GlanceStore;

/// <summary>One place that stores images whole or not at all, and gives them back verified.</summary>
/// <remarks>
/// All members may be called at the same time, from any thread. Every failure of the store is a <see cref="StoreException"/>;
/// cancellation is always an <see cref="OperationCanceledException"/> and takes less than a second.
/// </remarks>
public interface IImageStore
{
    /// <summary>The id the store is configured under.</summary>
    string Id { get; }

    /// <summary>What the store is and can do; constant for its life.</summary>
    StoreInfo Info { get; }

    /// <summary>Where an image of that id is, or would be.</summary>
    ImageLocation LocationOf(ImageId id);

    /// <summary>Reads a location URI in any dialect of the store's schemes; credentials it holds are kept out of sight.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.InvalidLocation"/>: malformed, of another kind of store, or outside this one.</exception>
    ImageLocation ParseLocation(string uri);

    /// <summary>Stores an image: all of the source, verified, visible at the end and not before.</summary>
    /// <param name="id">The image's id.</param>
    /// <param name="source">Read once, in order, to its end; needs neither a length nor seeking. Stays the caller's to dispose.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">
    /// Ends the put; nothing is left behind. Where the answer to its commit was still open, the <see cref="OperationCanceledException"/> has a
    /// <see cref="StoreException"/> inside that names the stores which may hold the image all the same.
    /// </param>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.AlreadyExists"/>, <see cref="StoreError.SizeMismatch"/>, <see cref="StoreError.TooLarge"/>,
    /// <see cref="StoreError.Corrupted"/> (an expected digest), <see cref="StoreError.OutOfSpace"/>, <see cref="StoreError.Unsupported"/>
    /// (a read-only store, an unknown digest), or what the backend answered. What the source throws passes through unchanged.
    /// </exception>
    Task<ImageReceipt> PutAsync(ImageId id, Stream source, PutOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Opens an image for reading. Waits a while for a buffer where other reads hold all there are.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.NotFound"/>, <see cref="StoreError.InvalidRange"/>, <see cref="StoreError.InvalidLocation"/>,
    /// <see cref="StoreError.Corrupted"/> (the stored size is not the manifest's), <see cref="StoreError.Throttled"/> (no buffer came free), or what the backend answered.
    /// </exception>
    Task<ImageReadStream> OpenReadAsync(ImageLocation location, ReadOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>What the backend says of an image, or null where there is none.</summary>
    Task<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken = default);

    /// <summary>Makes sure that an image is gone; false where it was not there.</summary>
    /// <param name="location">The image.</param>
    /// <param name="options">Which version of it; null for whichever is there.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.Changed"/>: it is not the version that the options name, and stays; <see cref="StoreError.Unsupported"/>: the store
    /// deletes no images; or what the backend answered.
    /// </exception>
    Task<bool> DeleteAsync(ImageLocation location, DeleteOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>An optional role of the store's driver (sweeping, for one), or null where it has not got it.</summary>
    TFeature? GetFeature<TFeature>() where TFeature : class;
}

/// <summary>What a store is.</summary>
/// <param name="Driver">Its driver's type, URI schemes and capabilities.</param>
/// <param name="Description">What its operator calls it; null where nothing was said.</param>
/// <param name="Weight">Where several stores hold an image, the heavier one is read first; 0 by default, as in glance.</param>
public sealed record StoreInfo(DriverInfo Driver, string? Description = null, int Weight = 0)
{
    /// <summary>
    /// Whether the store is kept out of listings and only its id leads to it, as glance's staging and tasks stores; false by default.
    /// </summary>
    public bool IsReserved { get; init; }
}
