using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Transfers;

/// <summary>Where a location leads that a caller gives: into a store of this service and nowhere else.</summary>
internal sealed class GivenPlaces(ImageStores stores)
{
    /// <summary>The place, without the credentials that the location may hold: it is read with the store's own.</summary>
    /// <exception cref="ApiException">400: it is in no store that callers may name; 403: in one of files, which administrators name alone.</exception>
    public ImageLocation Of(Caller caller, GivenLocation given)
    {
        try
        {
            // Whichever store is named: what lies in a reserved one by its address is not given away by another one that is around it.
            var found = Served(stores.ParseLocation(given.Url));
            var place = given.Store is null ? found
                : stores.TryGet(given.Store, out var store) ? Served(store.ParseLocation(given.Url))
                : throw ApiException.BadRequest($"There is no store '{given.Store}'; there is {string.Join(", ", stores.Ids)}.");
            if (place.StoreId is not { } id)
            {
                throw ApiException.BadRequest("Stores of several accounts take that location: name one in its metadata, as 'store'.");
            }

            // As glance, which takes these of nobody: who can name a file could name that of another service on the same disk.
            if (stores[id].Info.Driver.Type == "file")
            {
                Rules.RequireAdmin(caller, "give an image a location in a store of files");
            }

            return new ImageLocation(place.Uri, id) { Account = place.Account };
        }
        catch (StoreException e)
        {
            throw ApiException.BadRequest("Invalid location: it is in none of the stores of this service.", e);
        }
    }

    /// <summary>The ids that an image would have whose upload would store at that place, and perhaps some more.</summary>
    public IEnumerable<string> OwnersOf(ImageLocation place) =>
        stores[place.StoreId!].Info.Driver.Capabilities.CanWrite ? place.Uri.Split('/').Where(part => Guid.TryParseExact(part, "D", out _)).Distinct() : [];

    private ImageLocation Served(ImageLocation place) => place.StoreId is { } id && stores[id].Info.IsReserved
        ? throw ApiException.BadRequest("Invalid location: it is in none of the stores of this service.")
        : place;
}
