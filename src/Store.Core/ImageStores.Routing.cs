using GlanceStore.Diagnostics;
using GlanceStore.Routing;

namespace GlanceStore;

/// <content>From a location to its store.</content>
public sealed partial class ImageStores
{
    /// <summary>Reads a location URI that names no store; the location names the store that it belongs to.</summary>
    /// <remarks>
    /// Asked are the store with the longest prefix of the URI, then those with shorter ones, at last all others of its scheme; of several
    /// alike the default one first, then in the order of their configuration.
    /// </remarks>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.InvalidLocation"/>: it has no scheme, one that no store reads, or lies outside every store.
    /// </exception>
    public ImageLocation ParseLocation(string uri) => Adopt(_table, uri).Location;

    /// <summary>The store that holds a location: the one it names, or else the one that its URI belongs to.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.InvalidConfiguration"/>: it names a store that is not here. <see cref="StoreError.Unavailable"/>: it names one
    /// that is down. <see cref="StoreError.InvalidLocation"/>: no store accepts it.
    /// </exception>
    public IImageStore StoreOf(ImageLocation location) => Resolve(location).Store;

    /// <summary>The store that holds a location, and by what it was found. One that names no store is adopted, and logged.</summary>
    /// <exception cref="StoreException">As <see cref="StoreOf"/>.</exception>
    public ResolvedLocation Resolve(ImageLocation location)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (location.StoreId is { } id)
        {
            return new ResolvedLocation(this[id], location, LocationMatch.StoreId);
        }

        var adopted = Adopt(_table, location.Uri);
        Log.Adopted(_logger, adopted.Store.Id, location, adopted.Match);
        return location.Secret is null ? adopted : adopted with { Location = adopted.Location with { Secret = location.Secret } };
    }

    private static ResolvedLocation Adopt(StoreTable table, string uri)
    {
        var scheme = ImageLocation.SchemeOf(uri);
        if (scheme is null || !Uri.CheckSchemeName(scheme))
        {
            throw Misplaced("A location is a URI such as 'file:///srv/images/ID', and this text has no scheme.");
        }

        StoreException? refusal = null;
        var asked = 0;
        foreach (var (store, match) in table.MayHold(uri, scheme))
        {
            try
            {
                asked++;
                return new ResolvedLocation(store, store.ParseLocation(uri) with { StoreId = store.Id }, match);
            }
            catch (StoreException e) when (e.Error == StoreError.InvalidLocation)
            {
                refusal ??= e;
            }
        }

        // The URI itself may hold a password, so only its scheme is repeated; a store's own refusal says more and is as careful.
        throw asked switch
        {
            0 => Misplaced($"No store reads locations of the scheme '{scheme}'; those that are read are {string.Join(", ", table.Schemes)}."),
            1 => refusal!,
            _ => Misplaced($"None of the {asked} stores that read '{scheme}' holds this location; the first said: {refusal!.Message}", refusal),
        };
    }

    private static StoreException Misplaced(string message, Exception? inner = null) => new(StoreError.InvalidLocation, message, inner);
}
