using System.Globalization;

namespace GlanceStore.Drivers.Swift;

/// <content>Copies within the cluster.</content>
public sealed partial class SwiftDriver : IServerSideCopy
{
    /// <inheritdoc/>
    /// <remarks>Any other store of the same account. Not where there are many tenants or a file of accounts.</remarks>
    public bool CanCopyFrom(StoreDriver source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return WhoAsks(_options) is { } here && source.GetFeature<SwiftDriver>() is { } other && WhoAsks(other._options) == here;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Segment by segment, each an object of its own afterwards and its MD5 compared, and a manifest of them at the end: a copy of a manifest would
    /// share its segments with the original, and lose them with it. Large objects of other programs are not copied here.
    /// </remarks>
    public async ValueTask<StoredObject> CopyAsync(
        StoreDriver source, StoredObject image, ImageId id, WriteMode mode, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(image);
        var from = source.GetFeature<SwiftDriver>()!._locations.PlaceOf(image.Location);
        var segments = await SegmentsOfAsync(from, image, cancellationToken).ConfigureAwait(false);
        var writer = (SwiftWriter)await OpenWriteAsync(id, new WriteIntent(mode, image.Size), cancellationToken).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = _options.MaxParallelSegments, CancellationToken = cancellationToken };
            await Parallel.ForAsync(0, segments.Count, options, (i, token) => writer.CopySegmentAsync(i, from.Container, segments[i], token)).ConfigureAwait(false);
            _ = await RequireSameAsync(from, image, cancellationToken).ConfigureAwait(false);
            return await writer.CommitAsync(image.Size, segments.Count, cancellationToken).ConfigureAwait(false);
        }
    }

    private static (string, SwiftAuthVersion, string?, string?, string?, string?, string?, string?)? WhoAsks(SwiftDriverOptions options) =>
        options.MultiTenant || options.ConfigFile is not null
            ? null
            : (options.AuthAddress, options.AuthVersion, options.User, options.Key, options.ApplicationCredentialId, options.ApplicationCredentialSecret,
                options.Region, options.Endpoint);

    private async Task<SwiftObject> RequireSameAsync(SwiftPlace from, StoredObject image, CancellationToken cancellationToken)
    {
        var found = await AccountOf(from).Objects.FindAsync(from.Container, from.Id, cancellationToken).ConfigureAwait(false)
            ?? throw new StoreException(StoreError.NotFound, $"There is no image at {image.Location}.");
        return found.ETag == image.VersionTag
            ? found
            : throw new StoreException(StoreError.Changed, $"The image at {image.Location} was replaced before it was copied.");
    }

    private async Task<IReadOnlyList<SwiftPart>> SegmentsOfAsync(SwiftPlace from, StoredObject image, CancellationToken cancellationToken)
    {
        var found = await RequireSameAsync(from, image, cancellationToken).ConfigureAwait(false);
        var parts = new List<SwiftPart>();
        if (found is { IsLarge: false, ETag: { } md5 } && image.Size > 0)
        {
            parts.Add(new SwiftPart(from.Id, image.Size, md5));
        }
        else if (found.Upload is { } upload)
        {
            var prefix = new SwiftSegments(from.Id, upload).Prefix;
            await foreach (var entry in AccountOf(from).Objects.ListAsync(from.Container, prefix, cancellationToken).ConfigureAwait(false))
            {
                parts.Add(new SwiftPart(entry.Name, entry.Size, entry.Hash ?? ""));
            }
        }

        return parts.Count > 0 && parts.Sum(part => part.Length) == image.Size
            ? parts
            : throw new StoreException(StoreError.Unsupported, string.Create(CultureInfo.InvariantCulture,
                $"The {image.Size} bytes of {image.Location} are not in segments of this library, so that the cluster cannot copy them."));
    }
}
