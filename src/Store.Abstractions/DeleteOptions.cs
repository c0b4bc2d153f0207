namespace GlanceStore;

/// <summary>What to delete. Every property has a working default.</summary>
public sealed record DeleteOptions
{
    /// <summary>
    /// The version the image must still have (<see cref="StoredObject.VersionTag"/>): another one is <see cref="StoreError.Changed"/> and stays.
    /// Null, the default, for whichever is there. The backend compares it in the request that deletes where it can; where it cannot, the driver
    /// looks right before, and its README says so.
    /// </summary>
    public string? VersionTag { get; init; }
}
