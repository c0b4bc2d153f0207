using GlanceStore.Drivers;

namespace GlanceStore.Cli.Validation;

/// <summary>
/// The driver of an operator's store, in which every id begins with the prefix of a place. It plays the roles of the driver that stay within the
/// place, and does not own the driver.
/// </summary>
internal sealed class PrefixedDriver(StoreDriver inner, ValidationPlace place) : StoreDriver, IResumableWrites, IServerSideCopy, IListing
{
    /// <summary>What the store declares, which is less than its driver does where the operator has made it read-only.</summary>
    public override DriverInfo Info => place.Store.Info.Driver;

    public override ImageLocation LocationOf(ImageId id) => inner.LocationOf(place.Own(id));

    public override ImageLocation ParseLocation(string uri) => inner.ParseLocation(uri);

    public override ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken) =>
        inner.FindAsync(location, cancellationToken);

    public override ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken) =>
        inner.OpenReadAsync(location, intent, cancellationToken);

    public override ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken) =>
        inner.OpenWriteAsync(place.Note(id), intent, cancellationToken);

    public override ValueTask<StoredObject> WriteWholeAsync(
        ImageId id, WriteIntent intent, Chunk image, WriteSummary summary, CancellationToken cancellationToken) =>
        inner.WriteWholeAsync(place.Note(id), intent, image, summary, cancellationToken);

    public override ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken) =>
        place.Holds(location)
            ? inner.DeleteAsync(location, intent, cancellationToken)
            : throw new StoreException(StoreError.AccessDenied, $"A validation deletes only what it has made, and {location} is not of it.");

    public ValueTask<DriverWriter> ReopenWriteAsync(ImageId id, WriteIntent intent, string token, CancellationToken cancellationToken) =>
        inner.GetFeature<IResumableWrites>()!.ReopenWriteAsync(place.Note(id), intent, token, cancellationToken);

    public bool CanCopyFrom(StoreDriver source) => inner.GetFeature<IServerSideCopy>()!.CanCopyFrom(source);

    public ValueTask<StoredObject> CopyAsync(StoreDriver source, StoredObject image, ImageId id, WriteMode mode, CancellationToken cancellationToken) =>
        inner.GetFeature<IServerSideCopy>()!.CopyAsync(source, image, place.Note(id), mode, cancellationToken);

    public async ValueTask<ListingPage> ListAsync(ListingRequest request, CancellationToken cancellationToken)
    {
        var page = await inner.GetFeature<IListing>()!.ListAsync(request with { Prefix = place.Prefix + request.Prefix }, cancellationToken).ConfigureAwait(false);
        return page with { Images = [.. page.Images.Select(image => image with { Name = image.Name[place.Prefix.Length..] })] };
    }

    // What sweeps, probes, binds callers or changes rights reaches beyond the place.
    public override TFeature? GetFeature<TFeature>() where TFeature : class =>
        typeof(TFeature) == typeof(ISweeper) || typeof(TFeature) == typeof(IProbe)
        || typeof(TFeature) == typeof(ICallerBinding) || typeof(TFeature) == typeof(IAccessLists)
            ? null
            : inner.GetFeature<TFeature>() is { } role ? this as TFeature ?? role : null;
}
