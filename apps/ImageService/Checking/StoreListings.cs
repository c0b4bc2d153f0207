using GlanceStore.Drivers;

namespace GlanceStore.ImageService.Checking;

/// <summary>What the stores hold, as far as they tell: listed once, and then taken off one by one as the database accounts for it.</summary>
internal sealed class StoreListings(ImageStores stores)
{
    private readonly Dictionary<(string Store, string Uri), ListedImage> _rest = [];
    private readonly HashSet<IImageStore> _listed = [];
    private readonly HashSet<string> _unread = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The stores that told what they hold.</summary>
    public int Count => _listed.Count;

    /// <summary>What nobody has accounted for.</summary>
    public IEnumerable<ListedImage> Rest => _rest.Values;

    /// <summary>Lists a store; one that does not tell what it holds is asked for each image instead.</summary>
    /// <returns>Why it could not be listed; null where it was, or does not tell.</returns>
    public async Task<StoreException?> AddAsync(IImageStore store, CancellationToken cancellationToken)
    {
        if (store.GetFeature<IListing>() is null)
        {
            return null;
        }

        try
        {
            await foreach (var page in stores.ListAsync(store.Id, null, cancellationToken))
            {
                foreach (var image in page.Images)
                {
                    _rest[(store.Id, image.Stored.Location.Uri)] = image;
                }
            }

            _listed.Add(store);
            return null;
        }
        catch (StoreException e) when (e.Error == StoreError.Unsupported)
        {
            return null;
        }
        catch (StoreException e)
        {
            MarkUnread(store.Id);
            return e;
        }
    }

    /// <summary>Whether a store answered nothing, so that it is not asked for its images one by one.</summary>
    public bool IsUnread(string store) => _unread.Contains(store);

    /// <summary>Notes that a store answers nothing; what it told before is no finding either.</summary>
    public void MarkUnread(string store)
    {
        _unread.Add(store);
        foreach (var key in _rest.Keys.Where(key => string.Equals(key.Store, store, StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            _rest.Remove(key);
        }
    }

    /// <summary>What a store has at a location: from its list, or asked for; null where there is nothing.</summary>
    public async Task<StoredObject?> TakeAsync(IImageStore store, ImageLocation location, CancellationToken cancellationToken) =>
        _rest.Remove((store.Id, store.ParseLocation(location.Uri).Uri), out var listed)
            ? listed.Stored
            : await store.FindAsync(location, cancellationToken);
}
