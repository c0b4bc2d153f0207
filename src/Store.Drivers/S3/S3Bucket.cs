using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace GlanceStore.Drivers.S3;

/// <summary>The bucket and the requests made to it: each one attempt, each failure a <see cref="StoreException"/>.</summary>
internal sealed partial class S3Bucket(IAmazonS3 client, S3DriverOptions options, S3Locations locations, IReadOnlyList<string> secrets)
{
    private readonly S3Integrity _integrity = options.CheckedBy;
    private readonly string _bucket = options.Bucket;
    private volatile bool _seen;
    private volatile bool _echoes;

    public IAmazonS3 Client => client;

    public string Name => _bucket;

    public ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken) =>
        OpenAsync($"Reading {location}", location, intent, cancellationToken);

    private async ValueTask<DriverReader> OpenAsync(string doing, ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest
        {
            BucketName = _bucket,
            Key = locations.KeyOf(location),
            ByteRange = intent.Range is { } range ? new Amazon.S3.Model.ByteRange(HeaderOf(range)) : null,
            EtagToMatch = intent.VersionTag is { } tag ? $"\"{tag}\"" : null,
        };
        var answer = await GetAsync(doing, location, request, cancellationToken).ConfigureAwait(false);
        try
        {
            var extent = S3Extent.Of(answer, LengthIn(answer.Headers, location), intent, location);
            var size = extent.Size ?? await SizeOfAsync(location, answer, cancellationToken).ConfigureAwait(false);
            extent.Require(intent.Range, size, answer, location);
            return new S3Reader(answer, Describe(location, size, answer.ETag, answer.LastModified, answer.ServerSideEncryptionMethod), extent.Length);
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    private async Task<GetObjectResponse> GetAsync(string doing, ImageLocation location, GetObjectRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(doing, () => client.GetObjectAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (IsYetToBeMade(e))
        {
            throw new StoreException(StoreError.NotFound, $"{doing} failed: there is no image at {location}, and no bucket yet.", e) { RequestId = e.RequestId };
        }
    }

    public async Task<StoredObject> PutAsync(ImageLocation location, Chunk image, string? ifNoneMatch, CancellationToken cancellationToken)
    {
        var digest = S3BodyDigest.Of(image, _integrity);
        var body = new S3Body(image.Bytes, digest.ContentSha256);
        var request = new PutObjectRequest
        {
            BucketName = _bucket,
            Key = locations.KeyOf(location),
            InputStream = body,
            AutoCloseStream = false,
            UseChunkEncoding = false,
            MD5Digest = digest.Md5,
            ChecksumCRC32 = digest.Crc32,
            IfNoneMatch = ifNoneMatch,
            StorageClass = options.StorageClass is { } storage ? S3StorageClass.FindValue(storage) : null,
            ServerSideEncryptionMethod = Encryption,
            ServerSideEncryptionKeyManagementServiceKeyId = options.KmsKeyId,
        };
        var answer = await SendAsync($"Writing {location}", body, () => client.PutObjectAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false);
        CheckEcho(digest.Crc32, answer.ChecksumCRC32, location, _echoes);
        return Describe(location, image.Length, answer.ETag, null, answer.ServerSideEncryptionMethod);
    }

    public async Task<string> BeginAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        var request = new InitiateMultipartUploadRequest
        {
            BucketName = _bucket,
            Key = locations.KeyOf(location),
            StorageClass = options.StorageClass is { } storage ? S3StorageClass.FindValue(storage) : null,
            ServerSideEncryptionMethod = Encryption,
            ServerSideEncryptionKeyManagementServiceKeyId = options.KmsKeyId,
        };
        if (_integrity == S3Integrity.Crc32)
        {
            request.ChecksumAlgorithm = ChecksumAlgorithm.CRC32;
            request.ChecksumType = ChecksumType.FULL_OBJECT;
        }

        var answer = await RunAsync($"Beginning an upload to {location}", () => client.InitiateMultipartUploadAsync(request, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        return answer.UploadId;
    }

    public async Task<S3Part> WritePartAsync(ImageLocation location, string upload, Chunk chunk, CancellationToken cancellationToken)
    {
        var digest = S3BodyDigest.Of(chunk, _integrity);
        var body = new S3Body(chunk.Bytes, digest.ContentSha256);
        var number = chunk.Index + 1;
        var request = new UploadPartRequest
        {
            BucketName = _bucket,
            Key = locations.KeyOf(location),
            UploadId = upload,
            PartNumber = number,
            PartSize = chunk.Length,
            InputStream = body,
            UseChunkEncoding = false,
            MD5Digest = digest.Md5,
            ChecksumCRC32 = digest.Crc32,
        };
        var answer = await SendAsync($"Writing part {number} of {location}", body, () => client.UploadPartAsync(request, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        CheckEcho(digest.Crc32, answer.ChecksumCRC32, location, _echoes);
        _echoes |= digest.Crc32 is not null;
        return string.IsNullOrEmpty(answer.ETag)
            ? throw new StoreException(StoreError.Unsupported,
                $"The server took part {number} of {location} without an ETag, and without it no upload can be completed; see what stands between.")
            : new S3Part(number, chunk.Length, answer.ETag, digest.Crc32);
    }

    public async Task<StoredObject> CompleteAsync(
        ImageLocation location, string upload, IReadOnlyList<S3Part> parts, string? ifNoneMatch, CancellationToken cancellationToken)
    {
        var request = new CompleteMultipartUploadRequest
        {
            BucketName = _bucket,
            Key = locations.KeyOf(location),
            UploadId = upload,
            PartETags = [.. parts.Select(part => new PartETag(part.Number, part.ETag) { ChecksumCRC32 = part.Crc32 })],
            IfNoneMatch = ifNoneMatch,
        };
        if (_integrity == S3Integrity.Crc32 && parts.All(part => part.Crc32 is not null))
        {
            request.ChecksumCRC32 = S3BodyDigest.Combine(parts);
            request.ChecksumType = ChecksumType.FULL_OBJECT;
        }

        var answer = await RunAsync($"Completing the upload to {location}", StoreError.AlreadyExists,
            () => client.CompleteMultipartUploadAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (answer.Key is null && string.IsNullOrEmpty(answer.ETag))
        {
            throw new StoreException(StoreError.Unavailable, $"Completing the upload to {location} was answered with something else than an object.")
            {
                IsTransient = true,
            };
        }

        // Ceph up to 16.2 leaves the ETag of a completed upload empty.
        var size = parts.Sum(part => part.Length);
        return string.IsNullOrEmpty(answer.ETag)
            ? await FindCompletedAsync(location, size, cancellationToken).ConfigureAwait(false)
            : Describe(location, size, answer.ETag, null, answer.ServerSideEncryptionMethod);
    }

    // The image is there: a key that may write and not look at it must not make its put a failure.
    private async Task<StoredObject> FindCompletedAsync(ImageLocation location, long size, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(location, cancellationToken).ConfigureAwait(false) ?? throw Vanished(location);
        }
        catch (StoreException e) when (e.Error == StoreError.AccessDenied)
        {
            return new StoredObject(location, size, null, null);
        }
    }

    public Task AbortAsync(string key, string upload, CancellationToken cancellationToken) =>
        RunAsync($"Aborting an upload of '{key}'",
            () => client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = _bucket, Key = key, UploadId = upload }, cancellationToken),
            cancellationToken);

    public Task AbortAsync(ImageLocation location, string upload, CancellationToken cancellationToken) =>
        AbortAsync(locations.KeyOf(location), upload, cancellationToken);

    public async Task<ListMultipartUploadsResponse> ListUploadsAsync(string prefix, string? keyMarker, string? uploadMarker, CancellationToken cancellationToken)
    {
        var request = new ListMultipartUploadsRequest
        {
            BucketName = _bucket,
            Prefix = prefix,
            KeyMarker = keyMarker,
            UploadIdMarker = uploadMarker,
            MaxUploads = options.UploadsPerPage,
        };
        try
        {
            return await RunAsync($"Listing the uploads of the bucket '{_bucket}'", () => client.ListMultipartUploadsAsync(request, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (StoreException e) when (IsYetToBeMade(e))
        {
            return new ListMultipartUploadsResponse();
        }
    }

    private ServerSideEncryptionMethod? Encryption =>
        options.ServerSideEncryption is { } method ? ServerSideEncryptionMethod.FindValue(method) : null;

    private StoredObject Describe(ImageLocation location, long size, string? etag, DateTime? lastModified, ServerSideEncryptionMethod? encryption)
    {
        var tag = TagOf(etag);
        var isMd5 = IsMd5(tag)
            && (encryption is null || encryption == ServerSideEncryptionMethod.None || encryption == ServerSideEncryptionMethod.AES256);
        return new StoredObject(location, size, tag, lastModified?.ToUniversalTime()) { Digest = isMd5 ? new Digest("md5", tag!) : null };
    }

    private static string? TagOf(string? etag) => etag?.Trim('"') is { Length: > 0 } tag ? tag : null;

    private bool IsMd5(string? tag) => options.KnownAs.EtagIsMd5 && tag is { Length: 32 } && tag.All(char.IsAsciiHexDigit);

    private static StoreException Vanished(ImageLocation location) =>
        new(StoreError.Unavailable, $"The upload to {location} was completed, and there is no image.") { IsTransient = true };

    // The SDK takes a length that is not told for 0, and an image of 0 bytes is one as well.
    private static long LengthIn(HeadersCollection answer, ImageLocation location) => answer["Content-Length"] is { Length: > 0 }
        ? answer.ContentLength
        : throw new StoreException(StoreError.Unsupported,
            $"The server does not say how large {location} is (Content-Length); check what stands between the store and it.");

    private static string HeaderOf(ByteRange range) => range.Length is { } length
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"bytes={range.Offset}-{range.Offset + length - 1}")
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"bytes={range.Offset}-");

    private async Task<T> SendAsync<T>(string doing, S3Body body, Func<Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(doing, StoreError.AlreadyExists, request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            body.Release();
        }
    }

    private Task<T> RunAsync<T>(string doing, Func<Task<T>> request, CancellationToken cancellationToken) =>
        RunAsync(doing, StoreError.Changed, request, cancellationToken);

    private Task<T> RunAsync<T>(string doing, StoreError ifNotMet, Func<Task<T>> request, CancellationToken cancellationToken) =>
        S3Errors.RunAsync(doing, ifNotMet, request, cancellationToken, secrets);
}
