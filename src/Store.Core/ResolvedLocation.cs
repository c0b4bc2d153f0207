namespace GlanceStore;

/// <summary>A location and the store that holds it.</summary>
/// <param name="Store">The store.</param>
/// <param name="Location">The location; it names the store.</param>
/// <param name="Match">By what the store was found.</param>
public sealed record ResolvedLocation(IImageStore Store, ImageLocation Location, LocationMatch Match)
{
    /// <summary>Whether the location named no store and was given to this one: worth writing back to whoever keeps it.</summary>
    public bool IsAdopted => Match != LocationMatch.StoreId;
}

/// <summary>By what the store of a location was found.</summary>
public enum LocationMatch
{
    /// <summary>The location names it.</summary>
    StoreId,

    /// <summary>The location names no store, and no other store has a longer prefix of it.</summary>
    Prefix,

    /// <summary>The location names no store, and this is the first store of its scheme that accepts it.</summary>
    Scheme,
}
