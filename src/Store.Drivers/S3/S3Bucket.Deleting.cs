using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace GlanceStore.Drivers.S3;

internal sealed partial class S3Bucket
{
    public Task DeleteAsync(ImageLocation location, string? ifMatch, CancellationToken cancellationToken) =>
        RunAsync($"Deleting {location}", () => client.DeleteObjectAsync(
            new DeleteObjectRequest { BucketName = _bucket, Key = locations.KeyOf(location), IfMatch = ifMatch }, cancellationToken), cancellationToken);

    /// <summary>Deletes an object that was just looked at, where it is the version that is meant; else <see cref="StoreError.Changed"/>.</summary>
    /// <remarks>
    /// The condition goes with the request: AWS and Swift honour it, Ceph 16.2 ignores it, and a few refuse the header. So the look right before
    /// counts as well, and is all there is where the server does not compare by itself.
    /// </remarks>
    public async Task DeleteVersionAsync(StoredObject there, string version, CancellationToken cancellationToken)
    {
        RequireVersion(there, version);
        try
        {
            await DeleteAsync(there.Location, $"\"{version}\"", cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (IsConditionRefused(e))
        {
            // Swift compares an object of many parts with another tag than it tells of it: what a second look shows is what counts.
            if (await FindAsync(there.Location, cancellationToken).ConfigureAwait(false) is { } now)
            {
                RequireVersion(now, version);
                await DeleteAsync(there.Location, null, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static bool IsConditionRefused(StoreException e) => e.Error == StoreError.Changed
        || e.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.BadRequest or HttpStatusCode.NotImplemented };

    private static void RequireVersion(StoredObject there, string version)
    {
        if (there.VersionTag != version)
        {
            throw new StoreException(StoreError.Changed, $"The image at {there.Location} was replaced in the meantime, and is not deleted.");
        }
    }
}
