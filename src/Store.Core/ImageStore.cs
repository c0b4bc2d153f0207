using GlanceStore.Drivers;
using Microsoft.Extensions.Logging;

namespace GlanceStore;

/// <summary>stub</summary>
public sealed class ImageStore : IImageStore, IAsyncDisposable
{
    /// <summary>stub</summary>
    public ImageStore(string id, StoreDriver driver, ImageStoreOptions? options = null, TransferBudget? budget = null,
        ILogger<ImageStore>? logger = null, TimeProvider? time = null) => throw new NotImplementedException();

    /// <inheritdoc/>
    public string Id => throw new NotImplementedException();

    /// <inheritdoc/>
    public StoreInfo Info => throw new NotImplementedException();

    /// <inheritdoc/>
    public ImageLocation LocationOf(ImageId id) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ImageLocation ParseLocation(string uri) => throw new NotImplementedException();

    /// <inheritdoc/>
    public Task<ImageReceipt> PutAsync(ImageId id, Stream source, PutOptions? options = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public Task<ImageReadStream> OpenReadAsync(ImageLocation location, ReadOptions? options = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public Task<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(ImageLocation location, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public TFeature? GetFeature<TFeature>() where TFeature : class => throw new NotImplementedException();

    /// <summary>Disposes the driver.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
