namespace GlanceStore.Drivers.Rbd;

public sealed partial class RbdDriver : IListing
{
    private const int OpenAtOnce = 4;

    /// <inheritdoc/>
    /// <remarks>
    /// By name. The pool tells names only, so that every image of a page is opened for its size: smaller pages come sooner. An image without
    /// the snapshot of a finished one is not told. Uploads in the trash come with the first page.
    /// </remarks>
    public async ValueTask<ListingPage> ListAsync(ListingRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (names, unfinished) = await _store.Connection.RunAsync("Listing the pool",
            session => (NamesIn(session, request), request.Continuation is null ? UploadsIn(session, request.Prefix) : []), cancellationToken).ConfigureAwait(false);
        var found = new ListedImage?[Math.Min(names.Count, request.MaxImages)];
        var options = new ParallelOptions { MaxDegreeOfParallelism = OpenAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, found.Length, options, async (i, token) =>
        {
            var stored = await FindAsync(_locations.Of(new RbdPlace(names[i], RbdLocations.Snapshot)), token).ConfigureAwait(false);
            found[i] = stored is null ? null : new ListedImage(names[i], stored);
        }).ConfigureAwait(false);
        return new ListingPage([.. found.OfType<ListedImage>()], unfinished, names.Count > found.Length ? names[found.Length - 1] : null);
    }

    private static List<string> NamesIn(RbdSession session, ListingRequest request) =>
    [
        .. session.Pool.ListImages().Select(image => image.Name)
            .Where(name => name.StartsWith(request.Prefix, StringComparison.Ordinal) && RbdLocations.ImageOfUpload(name) is null
                && (request.Continuation is null || string.CompareOrdinal(name, request.Continuation) > 0))
            .Order(StringComparer.Ordinal),
    ];

    private static List<Leftover> UploadsIn(RbdSession session, string prefix) =>
    [
        .. session.Pool.ListTrash()
            .Where(image => RbdLocations.ImageOfUpload(image.Name)?.StartsWith(prefix, StringComparison.Ordinal) == true)
            .Select(image => new Leftover($"{image.Name} (id {image.Id})", null, image.DeletedAt)),
    ];
}
