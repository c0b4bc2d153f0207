namespace GlanceStore.Drivers.S3;

public sealed partial class S3Driver : IListing
{
    // Which of the two lists a continuation goes on with: the objects first, then the uploads.
    private const string ObjectsFrom = "o:";
    private const string UploadsFrom = "u:";

    /// <inheritdoc/>
    /// <remarks>Keys that are no image of this store, below another prefix say, are left out. Uploads come after the last image, where the key may list them.</remarks>
    public async ValueTask<ListingPage> ListAsync(ListingRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfLessThan(request.MaxImages, 1);
        var from = request.Continuation ?? ObjectsFrom;
        return from.StartsWith(ObjectsFrom, StringComparison.Ordinal)
            ? await ListObjectsAsync(request, from[ObjectsFrom.Length..], cancellationToken).ConfigureAwait(false)
            : from.StartsWith(UploadsFrom, StringComparison.Ordinal) && from[UploadsFrom.Length..].Split('\n') is [var key, var upload]
                ? await ListUnfinishedAsync([], request.Prefix, key, upload, cancellationToken).ConfigureAwait(false)
                : throw new ArgumentException("The continuation is none that a page of this store told.", nameof(request));
    }

    private async Task<ListingPage> ListObjectsAsync(ListingRequest request, string from, CancellationToken cancellationToken)
    {
        var page = await _bucket.ListObjectsAsync(_options.Prefix + request.Prefix, from.Length == 0 ? null : from, request.MaxImages, cancellationToken)
            .ConfigureAwait(false);
        var images = new List<ListedImage>();
        foreach (var found in page.Objects.Where(found => _locations.IsKey(found.Key)))
        {
            if (await _bucket.DescribeAsync(_locations.Of(found.Key), found, cancellationToken).ConfigureAwait(false) is { } stored)
            {
                images.Add(new ListedImage(found.Key[_options.Prefix.Length..], stored));
            }
        }

        return page.Next is { } next
            ? new ListingPage(images, [], ObjectsFrom + next)
            : await ListUnfinishedAsync(images, request.Prefix, null, null, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ListingPage> ListUnfinishedAsync(
        IReadOnlyList<ListedImage> images, string prefix, string? key, string? upload, CancellationToken cancellationToken)
    {
        try
        {
            var page = await _bucket.ListUploadsAsync(_options.Prefix + prefix, key, upload, cancellationToken).ConfigureAwait(false);
            Leftover[] unfinished = [.. (page.MultipartUploads ?? []).Where(found => _locations.IsKey(found.Key)).Select(Describe)];
            var more = page.IsTruncated == true && (page.NextKeyMarker, page.NextUploadIdMarker) != (key, upload);
            return new ListingPage(images, unfinished, more ? $"{UploadsFrom}{page.NextKeyMarker}\n{page.NextUploadIdMarker}" : null);
        }
        catch (StoreException e) when (e.Error is StoreError.AccessDenied or StoreError.Unsupported)
        {
            return new ListingPage(images, [], null);
        }
    }
}
