namespace GlanceStore.ComputeAgent.Sources;

/// <summary>Somebody who knows where images are.</summary>
internal interface IImageSource
{
    string Name { get; }

    /// <summary>Where an image is; null where it is not known there.</summary>
    /// <exception cref="StoreException">It cannot be asked, or has no data of the image.</exception>
    Task<ImageOrigin?> FindAsync(ImageId id, CancellationToken cancellationToken);
}
