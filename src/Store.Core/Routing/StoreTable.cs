using System.Diagnostics.CodeAnalysis;

namespace GlanceStore.Routing;

/// <summary>All stores of one moment and the ways to them: by id, by prefix, by scheme. It never changes; a change makes another one.</summary>
internal sealed class StoreTable
{
    private static readonly ImageId AnyId = new("0");

    private readonly Dictionary<string, IImageStore> _byId = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<IImageStore>> _byPrefix = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<IImageStore>> _byScheme = new(StringComparer.Ordinal);
    private readonly List<IImageStore> _inOrder = [];

    /// <exception cref="StoreException"><see cref="StoreError.InvalidConfiguration"/>: an id is there twice.</exception>
    public StoreTable(IEnumerable<IImageStore> stores, IEnumerable<DownStore> down, IEnumerable<string> removed, string? defaultId)
    {
        DefaultId = defaultId;
        Down = [.. down];
        Removed = new HashSet<string>(removed, StringComparer.OrdinalIgnoreCase);
        foreach (var store in stores)
        {
            if (!_byId.TryAdd(store.Id, store) || Down.Any(other => Same(other.Id, store.Id)))
            {
                throw new StoreException(StoreError.InvalidConfiguration, $"The store '{store.Id}' is there twice.");
            }

            _inOrder.Add(store);
        }

        // The default first, so that where several stores could hold a location it is the one that is asked first.
        foreach (var store in _inOrder.OrderByDescending(store => Same(store.Id, defaultId)))
        {
            AddWaysTo(store);
        }

        Listed = [.. _inOrder.Where(store => !store.Info.IsReserved)];
        Reserved = [.. _inOrder.Where(store => store.Info.IsReserved)];
    }

    public string? DefaultId { get; }

    public IReadOnlyList<IImageStore> Listed { get; }

    public IReadOnlyList<IImageStore> Reserved { get; }

    public IReadOnlyList<DownStore> Down { get; }

    public IReadOnlySet<string> Removed { get; }

    public IReadOnlyList<IImageStore> InOrder => _inOrder;

    public IReadOnlyCollection<string> Schemes => _byScheme.Keys;

    public bool TryGet(string id, [NotNullWhen(true)] out IImageStore? store) => _byId.TryGetValue(id, out store);

    /// <summary>The stores that may hold a URI, the likeliest first: those of the longest prefix, …, at last all others of its scheme.</summary>
    public IEnumerable<(IImageStore Store, LocationMatch Match)> MayHold(string uri, string scheme)
    {
        var matched = new List<IImageStore>(1);
        for (var end = uri.LastIndexOf('/'); end > scheme.Length; end = end == 0 ? -1 : uri.LastIndexOf('/', end - 1))
        {
            foreach (var store in WithPrefix(uri.AsSpan(0, end + 1)))
            {
                matched.Add(store);
                yield return (store, LocationMatch.Prefix);
            }
        }

        foreach (var store in _byScheme.GetValueOrDefault(scheme, []))
        {
            if (!matched.Contains(store))
            {
                yield return (store, LocationMatch.Scheme);
            }
        }
    }

    private List<IImageStore> WithPrefix(ReadOnlySpan<char> prefix) =>
        _byPrefix.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(prefix, out var stores) ? stores : [];

    private void AddWaysTo(IImageStore store)
    {
        if (PrefixOf(store) is { } prefix)
        {
            Add(_byPrefix, prefix, store);
        }

        // A reserved store holds what is on its way: no location that names no store is taken for one of it by its scheme alone.
        foreach (var scheme in store.Info.IsReserved ? [] : store.Info.Driver.Schemes)
        {
            Add(_byScheme, scheme, store);
        }
    }

    // What all locations of a store begin with; null for one that names its images by whole addresses.
    private static string? PrefixOf(IImageStore store)
    {
        try
        {
            return store.LocationOf(AnyId)?.Uri is { } uri ? uri[..(uri.LastIndexOf('/') + 1)] : null;
        }
        catch (StoreException)
        {
            return null;
        }
    }

    private static void Add(Dictionary<string, List<IImageStore>> ways, string key, IImageStore store)
    {
        if (!ways.TryGetValue(key, out var stores))
        {
            ways[key] = stores = [];
        }

        stores.Add(store);
    }

    public static bool Same(string? one, string? other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
