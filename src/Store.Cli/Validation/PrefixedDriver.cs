using GlanceStore.Drivers;

namespace GlanceStore.Cli.Validation;

/// <summary>The driver of an operator's store, in which every id begins with the prefix of a place. It plays no roles and does not own the driver.</summary>
internal sealed class PrefixedDriver(StoreDriver inner, ValidationPlace place) : StoreDriver
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

    public override ValueTask<bool> DeleteAsync(ImageLocation location, CancellationToken cancellationToken) =>
        place.Holds(location)
            ? inner.DeleteAsync(location, cancellationToken)
            : throw new StoreException(StoreError.AccessDenied, $"A validation deletes only what it has made, and {location} is not of it.");
}
