using GlanceStore.Drivers;

namespace GlanceStore;

/// <content>What a store holds.</content>
public sealed partial class ImageStores
{
    /// <summary>Tells what a store holds, as <see cref="ImageStore.ListAsync"/>.</summary>
    /// <param name="store">The id of the store.</param>
    /// <param name="request">From where on and what; null for everything.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StoreException">As the indexer and <see cref="ImageStore.ListAsync"/>.</exception>
    public IAsyncEnumerable<ListingPage> ListAsync(string store, ListingRequest? request = null, CancellationToken cancellationToken = default) =>
        FrontOf(this[store]).ListAsync(request, cancellationToken);
}
