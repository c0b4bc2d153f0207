using Amazon.S3;

namespace GlanceStore.Drivers.S3;

public sealed partial class S3Driver : IResumableWrites
{
    /// <inheritdoc/>
    /// <remarks>The token is the id of the multipart upload.</remarks>
    public async ValueTask<DriverWriter> ReopenWriteAsync(ImageId id, WriteIntent intent, string token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(intent);
        ArgumentNullException.ThrowIfNull(token);
        var location = LocationOf(id);
        try
        {
            var parts = await _bucket.ListPartsAsync(location, token, cancellationToken).ConfigureAwait(false);
            if (await IsOpenAsync(_locations.KeyOf(location), token, cancellationToken).ConfigureAwait(false))
            {
                return new S3Writer(_bucket, _creation, location, intent, token, _time, _logger) { Held = parts };
            }
        }
        catch (StoreException e) when (e.InnerException is AmazonS3Exception { ErrorCode: "NoSuchUpload" or "NoSuchKey" or "InvalidArgument" })
        {
        }

        throw new StoreException(StoreError.NotFound, $"There is no such upload to {location}.");
    }

    // Swift's s3api lists the parts of an upload that was completed too. Who may not list uploads is taken at his word.
    private async ValueTask<bool> IsOpenAsync(string key, string upload, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var found in UploadsAsync(key, cancellationToken).ConfigureAwait(false))
            {
                if (found.Key == key && found.UploadId == upload)
                {
                    return true;
                }
            }

            return false;
        }
        catch (StoreException e) when (e.Error == StoreError.AccessDenied)
        {
            return true;
        }
    }
}
