namespace GlanceStore.Drivers.Swift;

/// <content>Deletes.</content>
public sealed partial class SwiftDriver
{
    /// <inheritdoc/>
    /// <remarks>
    /// Swift compares nothing where it deletes: the version is looked at right before, while no put of this process to that name publishes. A
    /// container that brings the image before back (<c>X-Versions-Location</c>) is <see cref="StoreError.Unsupported"/>: what was deleted is
    /// gone, and an older image is there instead.
    /// </remarks>
    public override async ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(intent);
        var place = _locations.PlaceOf(location);
        var objects = AccountOf(place).Objects;
        var deleted = await new SwiftCreation(objects, _logger).DeleteAsync(place, location, intent.VersionTag, cancellationToken).ConfigureAwait(false);
        if (deleted)
        {
            await RequireGoneAsync(objects, place, location, cancellationToken).ConfigureAwait(false);
        }

        if (_options.MultiTenant)
        {
            await objects.RemoveContainerAsync(place.Container, cancellationToken).ConfigureAwait(false);
        }
        else if (!deleted)
        {
            await RequireContainerAsync(objects, place.Container, cancellationToken).ConfigureAwait(false);
        }

        return deleted;
    }

    // What is there after all was put by somebody else meanwhile, unless the container is one that brings older ones back.
    private static async ValueTask RequireGoneAsync(SwiftObjects objects, SwiftPlace place, ImageLocation location, CancellationToken cancellationToken)
    {
        if (await objects.FindAsync(place.Container, place.Id, cancellationToken).ConfigureAwait(false) is not null
            && await objects.BringsBackAsync(place.Container, cancellationToken).ConfigureAwait(false))
        {
            throw new StoreException(StoreError.Unsupported,
                $"The image at {location} was deleted, and the container '{place.Container}' brought the one before it back: it keeps versions "
                + "(X-Versions-Location). Delete that one too, or keep versions with X-Versions-Enabled, which brings none back.");
        }
    }
}
