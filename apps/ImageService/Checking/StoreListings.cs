using GlanceStore.Drivers;

namespace GlanceStore.ImageService.Checking;

/// <summary>What the stores hold, as far as they tell: listed once, and then taken off one by one as the database accounts for it.</summary>
internal sealed class StoreListings(ImageStores stores, CheckScratch scratch)
{
    private readonly HashSet<IImageStore> _listed = [];
    private readonly HashSet<string> _unread = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The stores that told what they hold.</summary>
    public int Count => _listed.Count;

    /// <summary>What nobody has accounted for.</summary>
    public IAsyncEnumerable<ListedCopy> RestAsync() => scratch.RestAsync();

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
                await scratch.AddAsync(page.Images.Select(image => Of(store.Id, image)), cancellationToken);
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
            await MarkUnreadAsync(store.Id);
            return e;
        }
    }

    /// <summary>Whether a store answered nothing, so that it is not asked for its images one by one.</summary>
    public bool IsUnread(string store) => _unread.Contains(store);

    /// <summary>Notes that a store answers nothing; what it told before is no finding either.</summary>
    public Task MarkUnreadAsync(string store)
    {
        _unread.Add(store);
        return scratch.ForgetAsync(store);
    }

    /// <summary>The bytes that a store has at a location: from its list, or asked for; null where there is nothing.</summary>
    public async Task<long?> TakeAsync(IImageStore store, ImageLocation location, CancellationToken cancellationToken) =>
        await scratch.TakeAsync(store.Id, store.ParseLocation(location.Uri).Uri) ?? (await store.FindAsync(location, cancellationToken))?.Size;

    private static ListedCopy Of(string store, ListedImage image)
    {
        var location = image.Stored.Location;
        return new ListedCopy { Store = store, Uri = location.Uri, Account = location.Account, Name = image.Name, Size = image.Stored.Size };
    }
}
