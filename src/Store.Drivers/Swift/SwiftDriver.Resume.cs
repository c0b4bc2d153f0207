namespace GlanceStore.Drivers.Swift;

public sealed partial class SwiftDriver
{
    /// <inheritdoc/>
    /// <remarks>
    /// The token is the part of the segments' names that is the upload's own. An upload without a segment cannot be told from one that was swept:
    /// it is opened, and holds nothing.
    /// </remarks>
    public async ValueTask<DriverWriter> ReopenWriteAsync(ImageId id, WriteIntent intent, string token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(intent);
        ArgumentNullException.ThrowIfNull(token);
        var location = LocationOf(id);
        var place = _locations.PlaceOf(location);
        var account = AccountOf(place);
        var segments = SwiftSegments.Again(place.Id, token);
        if (segments is null
            || (await account.Objects.FindAsync(place.Container, place.Id, cancellationToken).ConfigureAwait(false) is { } image && image.IsOf(segments)))
        {
            throw new StoreException(StoreError.NotFound, $"There is no such upload to {location}.");
        }

        var held = new Dictionary<string, SwiftEntry>(StringComparer.Ordinal);
        await foreach (var entry in account.Objects.ListAsync(place.Container, segments.Prefix, cancellationToken).ConfigureAwait(false))
        {
            held[entry.Name] = entry;
        }

        return new SwiftWriter(account, place, segments, location, intent, _options, _time, _logger) { Held = held };
    }
}
