using GlanceStore.Drivers;

namespace GlanceStore.Routing;

/// <summary>Whose image a location is, where a backend keeps several accounts behind one address.</summary>
internal static class Accounts
{
    /// <summary>The location, unless its credentials name another account than the driver's.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.InvalidLocation"/>: they do.</exception>
    public static ImageLocation Checked(StoreDriver driver, ImageLocation location) =>
        location is { Secret: not null, Account: { } named } && AreTwo(named, driver.ParseLocation(location.Uri).Account)
            ? throw new StoreException(StoreError.InvalidLocation,
                $"The location {location} is of another account than the store's: its credentials name somebody else.")
            : location;

    /// <summary>Whether both accounts are known, and not the same.</summary>
    public static bool AreTwo(string? one, string? other) => one is not null && other is not null && one != other;

    /// <summary>Whether an image was stored in another account than that of a store, in which a location is.</summary>
    public static bool IsAnother(IImageStore store, string? account, string? own) =>
        AreTwo(account, own) && !store.Info.Driver.FormerAccounts.Contains(account);

    /// <summary>The account that a store reaches its own location in; null where that is not known.</summary>
    public static string? Of(IImageStore store, ImageLocation location) =>
        location.Account ?? (location.Secret is null ? null : store.ParseLocation(location.Uri).Account);
}
