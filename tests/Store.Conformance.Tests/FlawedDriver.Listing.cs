using System.Collections.Concurrent;
using GlanceStore.Drivers;

namespace GlanceStore.Conformance;

/// <content>What it tells of its images, and of the uploads it knows to be under way.</content>
internal sealed partial class FlawedDriver : IListing
{
    private readonly ConcurrentDictionary<ImageId, bool> _uploads = new();

    public async ValueTask<ListingPage> ListAsync(ListingRequest request, CancellationToken cancellationToken)
    {
        var page = await inner.GetFeature<IListing>()!.ListAsync(Bend(request), cancellationToken);
        var images = page.Images.Select(Bend);
        images = flaw switch
        {
            Flaw.PagesOverlap when request.Continuation is { } last => images.Prepend(new ListedImage(last, page.Images[0].Stored)),
            Flaw.PagesLeaveAnImageOut when page.Continuation is not null => images.SkipLast(1),
            Flaw.UploadsAreListed => images.Concat(_uploads.Keys.Select(id => new ListedImage(id.Value, new StoredObject(LocationOf(id), 0, null, null)))),
            _ => images,
        };
        return page with { Images = [.. images] };
    }

    internal void Ended(ImageId id) => _uploads.TryRemove(id, out _);

    private ListingRequest Bend(ListingRequest request) => flaw switch
    {
        Flaw.PagesAreLongerThanAskedFor => request with { MaxImages = request.MaxImages + 1 },
        Flaw.PrefixesAreIgnored => request with { Prefix = "" },
        _ => request,
    };

    private ListedImage Bend(ListedImage image) => flaw switch
    {
        Flaw.ListedSizesAreWrong => image with { Stored = image.Stored with { Size = image.Stored.Size + 1 } },
        Flaw.ListedVersionsAreWrong => image with { Stored = image.Stored with { VersionTag = "another" } },
        _ => image with { Stored = Bend(image.Stored)! },
    };

    private void RefuseWhileUploading()
    {
        if (flaw == Flaw.UploadsKeepOthersOut && !_uploads.IsEmpty)
        {
            throw new StoreException(StoreError.Unavailable, "An upload is under way.");
        }
    }
}
