namespace GlanceStore.ImageService.Checking;

/// <summary>In what the database and a store do not agree. Scripts read the names, in lower case, so they stay.</summary>
internal enum FindingKind
{
    /// <summary>The database has it and the store has not.</summary>
    Missing,

    /// <summary>The store has it and the database has not.</summary>
    Orphan,

    /// <summary>It has another size in the store.</summary>
    Size,

    /// <summary>Its bytes are not those that were stored.</summary>
    Digest,

    /// <summary>Nothing is known: it could not be looked at.</summary>
    Unread,
}

/// <summary>One thing that was found, in one sentence and in its parts.</summary>
internal sealed record Finding(FindingKind Kind, string Message)
{
    /// <summary>The image's id, or the name in the store of what is no image's; null where it is about a store.</summary>
    public string? Image { get; init; }

    public string? Store { get; init; }

    /// <summary>Where it is, or should be, without what might be a secret.</summary>
    public string? Location { get; init; }

    /// <summary>The bytes that the store has of it.</summary>
    public long? SizeBytes { get; init; }

    public static Finding Missing(KnownCopy copy) => new(FindingKind.Missing,
        $"Image {copy.ImageId} is not in the store '{copy.Store}', where the database has it: {copy.Location}.")
    { Image = copy.ImageId, Store = copy.Store, Location = copy.Location.ToString() };

    public static Finding WithoutData(string imageId) => new(FindingKind.Missing, $"Image {imageId} is active in the database and has no place in any store.") { Image = imageId };

    public static Finding OtherSize(KnownCopy copy, long size) => new(FindingKind.Size,
        $"Image {copy.ImageId} has {size} bytes in the store '{copy.Store}' and {copy.Size} in the database: {copy.Location}.")
    { Image = copy.ImageId, Store = copy.Store, Location = copy.Location.ToString(), SizeBytes = size };

    public static Finding OtherBytes(KnownCopy copy, StoreException error) => new(FindingKind.Digest,
        $"Image {copy.ImageId} is damaged in the store '{copy.Store}': {error.Message}")
    { Image = copy.ImageId, Store = copy.Store, Location = copy.Location.ToString() };

    public static Finding Orphan(string name, StoredObject stored) => new(FindingKind.Orphan,
        $"The store '{stored.Location.StoreId}' has '{name}', of {stored.Size} bytes, which is no image of the database: {stored.Location}.")
    { Image = name, Store = stored.Location.StoreId, Location = stored.Location.ToString(), SizeBytes = stored.Size };

    public static Finding UnreadCopy(KnownCopy copy, StoreException error) => new(FindingKind.Unread,
        $"Image {copy.ImageId} could not be looked at in the store '{copy.Store}': {error.Message}")
    { Image = copy.ImageId, Store = copy.Store, Location = copy.Location.ToString() };

    public static Finding UnreadStore(string store, string reason) => new(FindingKind.Unread, $"The store '{store}' could not be looked at: {reason}") { Store = store };
}
