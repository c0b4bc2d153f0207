namespace GlanceStore.Drivers.Rbd;

/// <summary>What a location names: an image of the store's pool, at a snapshot.</summary>
internal readonly record struct RbdPlace(string Image, string Snapshot);

/// <summary>
/// The locations of a store, in both of OpenStack's forms: <c>rbd://FSID/POOL/IMAGE/SNAPSHOT</c>, each piece percent-encoded, and the older
/// <c>rbd://IMAGE</c>, in which nothing is.
/// </summary>
internal sealed class RbdLocations(Func<string> fsid, string pool)
{
    public const string Scheme = "rbd";

    /// <summary>The snapshot that makes an image of the block device, by the name that everybody looks for.</summary>
    public const string Snapshot = "snap";

    private const string Prefix = Scheme + "://";
    private const string UploadPrefix = "glancestore-put.";

    /// <summary>The name of an upload of an image before it goes to the trash. It cannot be guessed, so that nobody else uses it.</summary>
    public static string NewUploadName(string image) => $"{UploadPrefix}{image}.{Guid.NewGuid():N}";

    /// <summary>The image an upload was to become; null where a name is not that of an upload.</summary>
    public static string? ImageOfUpload(string name) =>
        name.StartsWith(UploadPrefix, StringComparison.Ordinal) && name.LastIndexOf('.') is var end && end > UploadPrefix.Length
            ? name[UploadPrefix.Length..end]
            : null;

    /// <summary>The name of an image or a disk in the pool.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.InvalidLocation"/>: it looks like an upload's, and a sweep would take it for one.</exception>
    public static string NameOf(ImageId id) => ImageOfUpload(id.Value) is null
        ? id.Value
        : throw new StoreException(StoreError.InvalidLocation, $"'{id}' cannot be a name in the pool: what begins with '{UploadPrefix}' is an upload, and is removed by a sweep. Choose another.");

    public ImageLocation Of(ImageId id) => Of(new RbdPlace(NameOf(id), Snapshot));

    public ImageLocation Of(RbdPlace place) => new(
        $"{Prefix}{fsid()}/{Uri.EscapeDataString(pool)}/{Uri.EscapeDataString(place.Image)}/{Uri.EscapeDataString(place.Snapshot)}", null);

    /// <summary>What a location of this store names.</summary>
    public static RbdPlace PlaceOf(ImageLocation location)
    {
        var pieces = location.Uri[Prefix.Length..].Split('/');
        return new RbdPlace(Uri.UnescapeDataString(pieces[2]), Uri.UnescapeDataString(pieces[3]));
    }

    public ImageLocation Parse(string uri)
    {
        if (!uri.StartsWith(Prefix, StringComparison.Ordinal))
        {
            throw Misplaced("it does not begin with rbd://");
        }

        var pieces = uri[Prefix.Length..].Split('/');
        if (pieces.Length is not (1 or 4) || pieces.Contains(""))
        {
            throw Misplaced("it has neither the form rbd://FSID/POOL/IMAGE/SNAPSHOT nor rbd://IMAGE");
        }

        var place = pieces.Length == 1 ? new RbdPlace(pieces[0], Snapshot) : PlaceIn(pieces);
        return (place.Image + place.Snapshot).Contains('\0', StringComparison.Ordinal) || ImageOfUpload(place.Image) is not null
            ? throw Misplaced("its image is none that a store can hold")
            : Of(place);
    }

    private RbdPlace PlaceIn(string[] pieces)
    {
        pieces = [.. pieces.Select(Uri.UnescapeDataString)];
        return pieces[1] != pool
            ? throw Misplaced("it names another pool")
            : !pieces[0].Equals(fsid(), StringComparison.OrdinalIgnoreCase)
                ? throw Misplaced("it names another cluster")
                : new RbdPlace(pieces[2], pieces[3]);
    }

    private static StoreException Misplaced(string why) => new(StoreError.InvalidLocation, $"The location is not one of this RBD store: {why}.");
}
