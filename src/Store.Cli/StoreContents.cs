using GlanceStore.Drivers;

namespace GlanceStore.Cli;

/// <summary>Goes through what stores hold, store after store; one that fails does not keep the next ones from being listed.</summary>
internal sealed class StoreContents(ImageStores all, IReadOnlyList<IImageStore> stores, bool isNamed)
{
    private readonly List<string> _failures = [];

    public IReadOnlyList<IImageStore> Stores => stores;

    /// <summary>The stores that were named, or all that are not reserved.</summary>
    public static StoreContents Of(ImageStores stores, string? named) => named is null
        ? new StoreContents(stores, stores.All, isNamed: false)
        : new StoreContents(stores, [.. Texts.Names("--store", named).Select(name => stores[name])], isNamed: true);

    /// <summary>Calls an action for each page of each store.</summary>
    public async Task ReadAsync(string prefix, Action<IImageStore, ListingPage> page, CancellationToken cancellationToken)
    {
        foreach (var store in stores)
        {
            if (store.GetFeature<IListing>() is not null)
            {
                await ReadAsync(store, prefix, page, cancellationToken);
            }
            else if (isNamed)
            {
                _failures.Add($"The store '{store.Id}' ({store.Info.Driver.Type}) does not tell what it holds.");
            }
            else
            {
                StandardStreams.Tell($"The store '{store.Id}' ({store.Info.Driver.Type}) does not tell what it holds, so it is left out.");
            }
        }
    }

    /// <exception cref="IOException">Some stores could not be listed, or not to the end; the message tells of each.</exception>
    public void RequireAll()
    {
        if (_failures.Count > 0)
        {
            throw new IOException(string.Join(' ', _failures));
        }
    }

    private async Task ReadAsync(IImageStore store, string prefix, Action<IImageStore, ListingPage> page, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var next in all.ListAsync(store.Id, new ListingRequest(prefix), cancellationToken))
            {
                page(store, next);
            }
        }
        catch (StoreException e)
        {
            _failures.Add($"The store '{store.Id}' was not listed to the end: {e.Message}");
        }
    }
}
