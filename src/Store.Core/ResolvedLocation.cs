namespace GlanceStore;

/// <summary>A location and the store that holds it.</summary>
/// <param name="Store">The store.</param>
/// <param name="Location">The location; it names the store.</param>
/// <param name="Match">By what the store was found.</param>
public sealed record ResolvedLocation(IImageStore Store, ImageLocation Location, LocationMatch Match)
{
    /// <summary>
    /// Whether the location named no store, or one that does not hold it, and was given to this one: worth writing back to whoever keeps it.
    /// </summary>
    public bool IsAdopted => Match != LocationMatch.StoreId;

    /// <summary>The ids of stores of other accounts that the location fits as well, since it names none; empty where there is no doubt.</summary>
    public IReadOnlyList<string> Rivals { get; init; } = [];

    /// <summary>Whether stores of several accounts fit: no call to delete anything.</summary>
    public bool IsAmbiguous => Rivals.Count > 0;

    /// <summary>All stores that fit, as a sentence names them.</summary>
    internal string Names => string.Join(" and ", Rivals.Prepend(Store.Id).Select(id => $"'{id}'"));
}

/// <summary>By what the store of a location was found.</summary>
public enum LocationMatch
{
    /// <summary>The location names it.</summary>
    StoreId,

    /// <summary>The location names no store that holds it, and no other store has a longer prefix of it.</summary>
    Prefix,

    /// <summary>The location names no store that holds it, and this is the first store of its scheme that accepts it.</summary>
    Scheme,
}
