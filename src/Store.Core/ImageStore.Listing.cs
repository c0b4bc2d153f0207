using System.Runtime.CompilerServices;
using GlanceStore.Drivers;

namespace GlanceStore;

/// <content>What the store holds.</content>
public sealed partial class ImageStore
{
    /// <summary>Tells what the store holds, page by page: its images, and the uploads that are none yet.</summary>
    /// <remarks>
    /// An image that is there all the time is told exactly once; one that comes or goes meanwhile, once or not at all. Each page is asked for
    /// when it is needed, and tried again by itself.
    /// </remarks>
    /// <param name="request">From where on and what; null for everything.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StoreException"><see cref="StoreError.Unsupported"/>: the store cannot tell; or what the backend answered.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Pages of less than one image are asked for.</exception>
    public IAsyncEnumerable<ListingPage> ListAsync(ListingRequest? request = null, CancellationToken cancellationToken = default)
    {
        request ??= new ListingRequest();
        ArgumentOutOfRangeException.ThrowIfLessThan(request.MaxImages, 1, nameof(request));
        return PagesAsync(request, cancellationToken);
    }

    private async IAsyncEnumerable<ListingPage> PagesAsync(ListingRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await PageAsync(request, cancellationToken).ConfigureAwait(false);
            yield return page;
            if (page.Continuation is null)
            {
                yield break;
            }

            request = request with { Continuation = page.Continuation };
        }
    }

    private Task<ListingPage> PageAsync(ListingRequest request, CancellationToken cancellationToken) =>
        Parts.Telemetry.ObserveAsync("list", null, async () =>
        {
            var listing = Parts.Driver.GetFeature<IListing>();
            Parts.Require(listing is not null, "does not tell what it holds");
            await using var use = Parts.Use.Enter().ConfigureAwait(false);
            var page = await Parts.Retry.RunAsync(token => listing!.ListAsync(request, token), cancellationToken).ConfigureAwait(false);
            return page.Continuation is { } next && next == request.Continuation
                ? throw new StoreException(StoreError.Unavailable, $"The store '{Id}' tells the same page of what it holds again and again, so the rest is not known.")
                : page with { Images = [.. page.Images.Select(Owned)] };
        }, cancellationToken);

    private ListedImage Owned(ListedImage image) =>
        image with { Stored = image.Stored with { Location = image.Stored.Location with { StoreId = Id } } };
}
