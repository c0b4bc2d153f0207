using GlanceStore.Diagnostics;
using GlanceStore.Routing;

namespace GlanceStore;

/// <content>From a location to its store.</content>
public sealed partial class ImageStores
{
    /// <summary>Reads a location URI that names no store; the location names the store that it belongs to.</summary>
    /// <remarks>
    /// Asked are the store with the longest prefix of the URI, then those with shorter ones, at last all others of its scheme; of several
    /// alike the default one first, then in the order of their configuration. A URI with credentials belongs to a store of the account they
    /// name. One without, that fits stores of several accounts, is given back without a store: <see cref="Resolve"/> tells them.
    /// </remarks>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.InvalidLocation"/>: it has no scheme, one that no store reads, or lies outside every store.
    /// </exception>
    public ImageLocation ParseLocation(string uri)
    {
        var found = Adoption.Of(_table, uri, null);
        return found.IsAmbiguous ? found.Location with { StoreId = null, Account = null } : found.Location;
    }

    /// <summary>The one store that holds a location, as <see cref="Resolve"/> finds it.</summary>
    /// <exception cref="StoreException">
    /// As <see cref="Resolve"/>; <see cref="StoreError.InvalidLocation"/>: stores of several accounts fit it, or it was stored in another account than the store's.
    /// </exception>
    public IImageStore StoreOf(ImageLocation location) => ResolveOne(location).Store;

    /// <summary>The store that holds a location, and by what it was found.</summary>
    /// <remarks>
    /// The id in a location is a hint that may age: it counts where that store takes the URI, and no other one is known to have the account
    /// that the location was stored in. Otherwise the store is found by the URI and the account, and that is logged. Where stores of several
    /// accounts fit, the likeliest is given, the others are its <see cref="ResolvedLocation.Rivals"/>, and a warning is logged: enough to read, not to delete.
    /// </remarks>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.InvalidConfiguration"/>: it names a store that is not here, and no other one takes it. <see cref="StoreError.Unavailable"/>:
    /// it names one that is down. <see cref="StoreError.InvalidLocation"/>: no store accepts it.
    /// </exception>
    public ResolvedLocation Resolve(ImageLocation location)
    {
        ArgumentNullException.ThrowIfNull(location);
        var table = _table;
        if (location.StoreId is not { } id)
        {
            return Told(location, Adoption.Of(table, location.Uri, location.Account));
        }

        if (!table.TryGet(id, out var store))
        {
            return table.Down.Any(down => StoreTable.Same(down.Id, id))
                ? throw Absent(table, id)
                : Told(location, Adoption.TryOf(table, location.Uri, location.Account) ?? throw Absent(table, id));
        }

        if (RefusalOf(store, location, out var account) is { } refusal)
        {
            return Told(location, Adoption.TryOf(table, location.Uri, location.Account) ?? throw refusal);
        }

        return location.Account is { } known && known != account && Adoption.OfAccount(table, location.Uri, known) is { } renamed
            ? Told(location, renamed)
            : new ResolvedLocation(store, location, LocationMatch.StoreId);
    }

    /// <summary>Makes sure that an image is gone; false where it was not there.</summary>
    /// <exception cref="StoreException">As <see cref="StoreOf"/> and <see cref="IImageStore.DeleteAsync"/>.</exception>
    public async Task<bool> DeleteAsync(ImageLocation location, DeleteOptions? options = null, CancellationToken cancellationToken = default)
    {
        var found = ResolveOne(location);
        return await found.Store.DeleteAsync(found.Location, options, cancellationToken).ConfigureAwait(false);
    }

    private ResolvedLocation ResolveOne(ImageLocation location)
    {
        var found = Resolve(location);
        return found.IsAmbiguous
            ? throw Misplaced($"The location {found.Location} names no account and fits the stores {found.Names}, which have several: name the store.")
            : Accounts.IsAnother(found.Store, location.Account, Accounts.Of(found.Store, found.Store.ParseLocation(location.Uri)))
            ? throw Misplaced($"The image at {location} was stored in another account than that of the store '{found.Store.Id}'. If only its key was changed, list the old key there (FormerAccessKeys of S3), or name the store.")
            : found;
    }

    // Why the store that a location names does not take it, or the account in which it would.
    private static StoreException? RefusalOf(IImageStore store, ImageLocation location, out string? account)
    {
        try
        {
            account = store.ParseLocation(location.Uri).Account;
            return null;
        }
        catch (StoreException e) when (e.Error == StoreError.InvalidLocation)
        {
            account = null;
            return e;
        }
    }

    private ResolvedLocation Told(ImageLocation location, ResolvedLocation adopted)
    {
        Log.Adopted(_logger, adopted.Store.Id, location, location.StoreId is { } named ? $"is not in the store '{named}' it names" : "names no store", adopted.Match);
        if (adopted.IsAmbiguous)
        {
            Log.Ambiguous(_logger, adopted.Store.Id, location, adopted.Names);
        }

        return location.Secret is { } secret ? adopted with { Location = adopted.Location with { Secret = secret, Account = location.Account } } : adopted;
    }

    private static StoreException Misplaced(string message, Exception? inner = null) => new(StoreError.InvalidLocation, message, inner);
}
