using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;
using GlanceStore.ImageService.Signatures;

namespace GlanceStore.ImageService.Transfers;

/// <summary>Makes the receipts of data that somebody else has stored: reads them once, and learns all that a put of them would have told.</summary>
internal sealed class LocationReceipts(ImageStores stores, TransferBudget budget, ImageSignatures signatures, ServiceOptions options) : IAsyncDisposable
{
    private readonly ImageStore _nowhere = new("nowhere", new NowhereDriver(), budget: budget);

    /// <summary>Reads a location to its end.</summary>
    /// <param name="image">The image that the data shall be.</param>
    /// <param name="location">Where they are.</param>
    /// <param name="expected">The digests that they must have.</param>
    /// <param name="maxSize">The most bytes that they may be.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ApiException">400: there is nothing, or something else than was said.</exception>
    /// <exception cref="StoreException">The store does not give them, or they are refused.</exception>
    public async Task<ImageReceipt> ReadAsync(ImageRow image, ImageLocation location, IReadOnlyList<Digest> expected, long maxSize, CancellationToken cancellationToken)
    {
        try
        {
            await using var data = await stores.OpenReadAsync([location], null, cancellationToken);
            var learned = await _nowhere.PutAsync(new ImageId(image.Id), data, new PutOptions
            {
                ExpectedDigests = expected,
                MaxSize = maxSize,
                Inspection = UploadInspection.Of(options.Inspection, image.DiskFormat, image.ContainerFormat),

                // A further location has the bytes that the image has already.
                Signature = image.Status == ImageStatus.Queued ? await signatures.FindAsync(image.Id, cancellationToken) : null,
            }, cancellationToken);
            return new ImageReceipt(location, learned.Size, learned.Chunks)
            {
                Checksum = learned.Checksum,
                MultiHash = learned.MultiHash,
                Inspection = learned.Inspection,
                Metadata = new Dictionary<string, string> { ["store"] = location.StoreId! },
            };
        }
        catch (StoreException e) when (e.Error is StoreError.NotFound or StoreError.InvalidLocation)
        {
            throw ApiException.BadRequest("Invalid location: there is nothing that this service can read.", e);
        }
        catch (StoreException e) when (e.Error is StoreError.Corrupted)
        {
            throw ApiException.BadRequest("The data at the location have not the digest that they are said to have.", e);
        }
    }

    public ValueTask DisposeAsync() => _nowhere.DisposeAsync();
}
