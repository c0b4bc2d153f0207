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
            var images = new List<ListedImage>();
            foreach (var blob in page?.Values ?? [])
            {
                if (blob.Properties.BlobType is null or BlobType.Block && locations.Find(blob.Name) is { } location
                    && await DescribeAsync(location, blob.Properties, cancellationToken).ConfigureAwait(false) is { } stored)
                {
                    images.Add(new ListedImage(blob.Name[options.Prefix.Length..], stored));
                }
            }

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

    // Azurite's listing leaves the length of an empty blob out: what a listing does not tell, a look does; null where it is gone meanwhile.
    private async ValueTask<StoredObject?> DescribeAsync(ImageLocation location, BlobItemProperties told, CancellationToken cancellationToken) =>
        told is { ContentLength: { } size, ETag: { } tag, LastModified: { } modified }
            ? Describe(location, size, tag, modified, told.ContentHash)
            : await FindAsync(location, cancellationToken).ConfigureAwait(false);
}
