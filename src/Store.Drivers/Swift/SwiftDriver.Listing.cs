namespace GlanceStore.Drivers.Swift;

/// <content>Lists what the store holds.</content>
public sealed partial class SwiftDriver : IListing
{
    /// <inheritdoc/>
    /// <remarks>
    /// Container by container where the store has several; with many tenants those of the caller that is bound. Whatever lies below a slash is a
    /// segment, and so is what OpenStack's library names so: <c>UUID-00001</c>, and <c>NAME-00001</c> beside its manifest <c>NAME</c>. Segments whose
    /// image is not there are an unfinished upload.
    /// </remarks>
    public async ValueTask<ListingPage> ListAsync(ListingRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfLessThan(request.MaxImages, 1, nameof(request));
        var account = _options.MultiTenant ? _locations.PlaceOf(LocationOf(ImageId.New())).Account : _options.DefaultReference;
        var objects = AccountOf(new SwiftPlace(account, "", "")).Objects;
        return await new SwiftListing(objects, _options, _locations, account).ListAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
