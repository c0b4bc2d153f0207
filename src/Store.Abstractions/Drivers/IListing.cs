namespace GlanceStore.Drivers;

/// <summary>The optional role of a driver that tells what its store holds.</summary>
public interface IListing
{
    /// <summary>One page of the images whose names begin with a prefix, and of the uploads that have not become images.</summary>
    /// <remarks>
    /// <em>Must</em> tell each image that is there for the whole time of the listing exactly once over all pages, and nothing that a read would
    /// not open: no segment, part or temporary name stands among the images. Ask for as few details as the backend gives with the listing itself.
    /// </remarks>
    /// <param name="request">Which page of what.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    ValueTask<ListingPage> ListAsync(ListingRequest request, CancellationToken cancellationToken);
}

/// <summary>Which page of what a store holds.</summary>
/// <param name="Prefix">What the names begin with; empty for all.</param>
/// <param name="Continuation">The <see cref="ListingPage.Continuation"/> of the page before; null for the first.</param>
/// <param name="MaxImages">The most images to tell in the page, from 1; a backend may tell fewer.</param>
public sealed record ListingRequest(string Prefix = "", string? Continuation = null, int MaxImages = 1000);

/// <summary>A page of what a store holds.</summary>
/// <param name="Images">The images, in the backend's order.</param>
/// <param name="Unfinished">Uploads under way or left behind, which are no images; empty where there are none or the backend does not tell.</param>
/// <param name="Continuation">What to ask for the next page with; null where this is the last.</param>
public sealed record ListingPage(IReadOnlyList<ListedImage> Images, IReadOnlyList<Leftover> Unfinished, string? Continuation);

/// <summary>An image in a listing.</summary>
/// <param name="Name">Its name within the store: the id, where this library or glance stored it.</param>
/// <param name="Stored">
/// What the listing says of it. Size and version tag are those of <see cref="StoreDriver.FindAsync"/>; the tag is null where the listing does not tell it.
/// </param>
public sealed record ListedImage(string Name, StoredObject Stored);
