using Azure;
using Azure.Storage.Blobs.Models;

namespace GlanceStore.Drivers.Azure;

/// <content>Lists blobs.</content>
internal sealed partial class AzureContainer
{
    private const int MostBlobs = 5000; // of the service, in one answer

    public async Task<ListingPage> ListAsync(ListingRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var page = await RunAsync($"Listing the container '{options.Container}'", StoreError.Changed,
                () => PageAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false);
            ListedImage[] images = [.. page?.Values.Where(blob => blob.Properties.BlobType is null or BlobType.Block).Select(ImageOf).OfType<ListedImage>() ?? []];
            return new ListingPage(images, [], page?.ContinuationToken is { Length: > 0 } next ? next : null);
        }
        catch (StoreException e) when (IsAbsent(e))
        {
            return new ListingPage([], [], null);
        }
    }

    private async Task<Page<BlobItem>?> PageAsync(ListingRequest request, CancellationToken cancellationToken)
    {
        var pages = account.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, options.Prefix + request.Prefix, cancellationToken)
            .AsPages(request.Continuation, Math.Min(request.MaxImages, MostBlobs));
        await foreach (var page in pages.ConfigureAwait(false))
        {
            return page;
        }

        return null;
    }

    // The size as the listing tells it; a blob without one would be none of this service's.
    private ListedImage? ImageOf(BlobItem blob) =>
        locations.Find(blob.Name) is { } location && blob.Properties is { ContentLength: { } size, ETag: { } tag } told
            ? new ListedImage(blob.Name[options.Prefix.Length..], Describe(location, size, tag, told.LastModified ?? DateTimeOffset.UnixEpoch, told.ContentHash))
            : null;
}
