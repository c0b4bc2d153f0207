using Amazon.S3;
using Amazon.S3.Model;

namespace GlanceStore.Drivers.S3;

internal sealed partial class S3Bucket
{
    /// <summary>A page of the objects whose keys begin with a prefix, those left out that have a '/' behind it, and where the next page begins.</summary>
    public async Task<(IReadOnlyList<S3Object> Objects, string? Next)> ListObjectsAsync(
        string prefix, string? from, int most, CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request
        {
            BucketName = _bucket,
            Prefix = prefix,
            Delimiter = "/",
            ContinuationToken = from,
            MaxKeys = Math.Min(most, 1000), // the most that S3 allows
            Encoding = EncodingType.Url, // somebody else's key may hold what XML cannot
        };
        ListObjectsV2Response page;
        try
        {
            page = await RunAsync($"Listing the bucket '{_bucket}'", () => client.ListObjectsV2Async(request, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (StoreException e) when (IsYetToBeMade(e))
        {
            return ([], null);
        }

        _seen = true;
        foreach (var found in page.S3Objects ?? [])
        {
            found.Key = Uri.UnescapeDataString(found.Key);
        }

        var next = page.IsTruncated == true && !string.IsNullOrEmpty(page.NextContinuationToken) && page.NextContinuationToken != from ? page.NextContinuationToken : null;
        return page.IsTruncated == true && next is null
            ? throw new StoreException(StoreError.Unsupported, $"The server lists the bucket '{_bucket}' up to here and does not say how to go on.")
            : (page.S3Objects ?? [], next);
    }

    /// <summary>What a listing says of an object; a size that it does not tell is looked for, null where the object has gone meanwhile.</summary>
    public async ValueTask<StoredObject?> DescribeAsync(ImageLocation location, S3Object found, CancellationToken cancellationToken) => found.Size is { } size
        ? new StoredObject(location, size, TagOf(found.ETag), found.LastModified?.ToUniversalTime())
        : await FindAsync(location, cancellationToken).ConfigureAwait(false);
}
