namespace GlanceStore.Drivers.Azure;

/// <content>Lists what the store holds.</content>
public sealed partial class AzureDriver : IListing
{
    /// <inheritdoc/>
    /// <remarks>
    /// Block blobs below the store's prefix whose names are an image's. Blocks that no list names belong to no blob, and are not told: the service
    /// gives their sizes blob by blob alone.
    /// </remarks>
    public async ValueTask<ListingPage> ListAsync(ListingRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfLessThan(request.MaxImages, 1, nameof(request));
        return await _container.ListAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
