using Amazon.S3;
using Amazon.S3.Model;

namespace GlanceStore.Drivers.S3;

internal sealed partial class S3Bucket
{
    public string KeyOf(ImageLocation location) => locations.KeyOf(location);

    /// <summary>Copies an object whole.</summary>
    public async Task<StoredObject> CopyAsync(S3CopySource from, ImageLocation location, string? ifNoneMatch, CancellationToken cancellationToken)
    {
        var request = new CopyObjectRequest
        {
            SourceBucket = from.Bucket,
            SourceKey = from.Key,
            ETagToMatch = from.IfMatch,
            DestinationBucket = _bucket,
            DestinationKey = locations.KeyOf(location),
            IfNoneMatch = ifNoneMatch,
            StorageClass = options.StorageClass is { } storage ? S3StorageClass.FindValue(storage) : null,
            ServerSideEncryptionMethod = Encryption,
            ServerSideEncryptionKeyManagementServiceKeyId = options.KmsKeyId,
        };
        try
        {
            var answer = await RunAsync($"Copying {from.Image.Location} to {location}", () => client.CopyObjectAsync(request, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
            return string.IsNullOrEmpty(answer.ETag)
                ? throw Unexplained(from, location)
                : Describe(location, from.Image.Size, answer.ETag, null, answer.ServerSideEncryptionMethod);
        }
        catch (StoreException e) when (e.Error == StoreError.Changed && ifNoneMatch is not null)
        {
            // Two conditions, and one answer for both.
            throw await FindAsync(location, cancellationToken).ConfigureAwait(false) is null
                ? e
                : new StoreException(StoreError.AlreadyExists, $"There is an image at {location} already.", e);
        }
    }

    /// <summary>Copies a range of an object into a part of an upload.</summary>
    public async Task<S3Part> CopyPartAsync(
        S3CopySource from, ByteRange range, ImageLocation location, (string Upload, int Number) part, CancellationToken cancellationToken)
    {
        var request = new CopyPartRequest
        {
            SourceBucket = from.Bucket,
            SourceKey = from.Key,
            ETagToMatch = from.IfMatch is { } tag ? [tag] : null,
            FirstByte = range.Offset,
            LastByte = range.Offset + range.Length!.Value - 1,
            DestinationBucket = _bucket,
            DestinationKey = locations.KeyOf(location),
            UploadId = part.Upload,
            PartNumber = part.Number,
        };
        var answer = await RunAsync($"Copying part {part.Number} of {from.Image.Location} to {location}", () => client.CopyPartAsync(request, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        return string.IsNullOrEmpty(answer.ETag)
            ? throw Unexplained(from, location)
            : new S3Part(part.Number, range.Length.Value, answer.ETag, answer.ChecksumCRC32);
    }

    // A copy that fails late is answered with 200 and an error.
    private static StoreException Unexplained(S3CopySource from, ImageLocation location) =>
        new(StoreError.Unavailable, $"Copying {from.Image.Location} to {location} was answered with something else than an object.") { IsTransient = true };
}
