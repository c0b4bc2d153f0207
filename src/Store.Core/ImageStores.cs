using System.Diagnostics.CodeAnalysis;

namespace GlanceStore;

/// <summary>The stores of a process by their ids, one of them the default, and the way from a location to its store.</summary>
/// <remarks>It owns the stores it was given: disposing it disposes each. Ids are compared without case, as configurations name them.</remarks>
public sealed class ImageStores : IAsyncDisposable
{
    private readonly Dictionary<string, IImageStore> _byId = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Takes the stores.</summary>
    /// <param name="stores">At least one, in the order in which they are asked.</param>
    /// <param name="defaultStore">The id of the default store; null where there is only one.</param>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.InvalidConfiguration"/>: no store, the same id twice, or a default that is not among them.
    /// </exception>
    public ImageStores(IEnumerable<IImageStore> stores, string? defaultStore = null)
    {
        ArgumentNullException.ThrowIfNull(stores);
        All = [.. stores];
        if (All.FirstOrDefault(store => !_byId.TryAdd(store.Id, store)) is { } twin)
        {
            throw Misconfigured($"The store '{twin.Id}' is there twice.");
        }

        Default = All.Count switch
        {
            0 => throw Misconfigured("There is no store."),
            > 1 when defaultStore is null => throw Misconfigured($"There are several stores and no default; name one of {Known}."),
            _ => defaultStore is null ? All[0] : this[defaultStore],
        };
    }

    /// <summary>Every store, in the order of their configuration.</summary>
    public IReadOnlyList<IImageStore> All { get; }

    /// <summary>The ids of all stores, in the order of their configuration.</summary>
    public IEnumerable<string> Ids => All.Select(store => store.Id);

    /// <summary>The store that images go to where nothing else was said.</summary>
    public IImageStore Default { get; }

    /// <summary>The store of an id.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.InvalidConfiguration"/>: there is none; the message lists those there are.</exception>
    public IImageStore this[string id] => TryGet(id, out var store)
        ? store
        : throw Misconfigured($"There is no store '{id}'; there is {Known}.");

    /// <summary>The store of an id, or the word that there is none.</summary>
    public bool TryGet(string id, [NotNullWhen(true)] out IImageStore? store) => _byId.TryGetValue(id, out store);

    /// <summary>Reads a location URI by the first store that accepts it, the default one first; the location names that store.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.InvalidLocation"/>: it has no scheme, one that no store reads, or lies outside every store.
    /// </exception>
    public ImageLocation ParseLocation(string uri)
    {
        var scheme = ImageLocation.SchemeOf(uri);
        if (scheme is null || !Uri.CheckSchemeName(scheme))
        {
            throw Misplaced("A location is a URI such as 'file:///srv/images/ID', and this text has no scheme.");
        }

        StoreException? refusal = null;
        var asked = 0;
        foreach (var store in Readers(scheme))
        {
            try
            {
                asked++;
                return store.ParseLocation(uri) with { StoreId = store.Id };
            }
            catch (StoreException e) when (e.Error == StoreError.InvalidLocation)
            {
                refusal ??= e;
            }
        }

        // The URI itself may hold a password, so only its scheme is repeated; a store's own refusal says more and is as careful.
        throw asked switch
        {
            0 => Misplaced($"No store reads locations of the scheme '{scheme}'; those that are read are {Schemes}."),
            1 => refusal!,
            _ => Misplaced($"None of the {asked} stores that read '{scheme}' holds this location; the first said: {refusal!.Message}", refusal),
        };
    }

    /// <summary>The store that holds a location: the one it names, or else the one that accepts its URI.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreError.InvalidConfiguration"/>: it names a store that is not here. <see cref="StoreError.InvalidLocation"/>: no store
    /// accepts it.
    /// </exception>
    public IImageStore StoreOf(ImageLocation location)
    {
        ArgumentNullException.ThrowIfNull(location);
        return this[location.StoreId ?? ParseLocation(location.Uri).StoreId!];
    }

    /// <summary>Disposes every store.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var store in All.OfType<IAsyncDisposable>())
        {
            await store.DisposeAsync().ConfigureAwait(false);
        }
    }

    private string Known => string.Join(", ", Ids.Select(id => $"'{id}'"));

    private string Schemes => string.Join(", ", All.SelectMany(store => store.Info.Driver.Schemes).Distinct());

    private IEnumerable<IImageStore> Readers(string scheme) => All
        .OrderByDescending(store => store == Default)
        .Where(store => store.Info.Driver.Schemes.Contains(scheme));

    private static StoreException Misconfigured(string message) => new(StoreError.InvalidConfiguration, message);

    private static StoreException Misplaced(string message, Exception? inner = null) => new(StoreError.InvalidLocation, message, inner);
}
