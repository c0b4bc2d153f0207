using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Transfers;

/// <summary>Where a location leads that a caller gives: into a store of this service and nowhere else.</summary>
internal sealed class GivenPlaces(ImageStores stores)
{
    private const int UuidLength = 36;

    /// <summary>The place, without the credentials that the location may hold: it is read with the store's own.</summary>
    /// <exception cref="ApiException">400: it is in no store that callers may name; 403: it is not the image's own, and administrators alone may name it.</exception>
    public ImageLocation Of(Caller caller, ImageRow image, GivenLocation given)
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

            place = new ImageLocation(place.Uri, id) { Account = place.Account };
            RequireItsOwn(caller, image, stores[id], place);
            return place;
        }
        catch (StoreException e)
        {
            throw ApiException.BadRequest("Invalid location: it is in none of the stores of this service.", e);
        }
    }

    /// <summary>The ids that an image would have whose upload would store at that place, itself or a segment, and perhaps some more.</summary>
    public IEnumerable<string> OwnersOf(ImageLocation place) =>
        stores[place.StoreId!].Info.Driver.Capabilities.CanWrite ? place.Uri.Split('/').Select(OwnerOf).OfType<string>().Distinct() : [];

    // Segments of OpenStack's library in Swift are called ID-00001.
    private static string? OwnerOf(string name) =>
        name.Length >= UuidLength && name[UuidLength..] is "" or ['-', ..] && Guid.TryParseExact(name[..UuidLength], "D", out _) ? name[..UuidLength] : null;

    // Whoever names another's object reads it, and deletes it with the image; so does who chooses another's id. The web is anybody's to read. A file could be that of
    // another service on the same disk, and glance takes none of anybody.
    private static void RequireItsOwn(Caller caller, ImageRow image, IImageStore store, ImageLocation place)
    {
        var type = store.Info.Driver.Type;
        if (type == "file")
        {
            Rules.RequireAdmin(caller, "give an image a location in a store of files");
        }
        else if (type != "http" && !caller.IsAdmin && (image.IdGiven != 0 || place != store.LocationOf(new ImageId(image.Id))))
        {
            throw ApiException.Forbidden($"In the store '{store.Id}' only an administrator gives an image another location than that of its own id, made by this service.");
        }
    }

    private ImageLocation Served(ImageLocation place) => place.StoreId is { } id && stores[id].Info.IsReserved
        ? throw ApiException.BadRequest("Invalid location: it is in none of the stores of this service.")
        : place;
}
