using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace GlanceStore.Drivers.S3;

/// <summary>The bucket and the requests made to it: each one attempt, each failure a <see cref="StoreException"/>.</summary>
internal sealed partial class S3Bucket(IAmazonS3 client, S3DriverOptions options, S3Locations locations)
{
    private readonly S3Integrity _integrity = options.CheckedBy;
    private readonly string _bucket = options.Bucket;
    private volatile bool _seen;

    public IAmazonS3 Client => client;

    public string Name => _bucket;

    public async ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        var request = new GetObjectMetadataRequest { BucketName = _bucket, Key = locations.KeyOf(location) };
        try
        {
            var answer = await RunAsync($"Looking for {location}", () => client.GetObjectMetadataAsync(request, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
            _seen = true;
            return Describe(location, LengthIn(answer.Headers, location), answer.ETag, answer.LastModified, answer.ServerSideEncryptionMethod);
        }
        catch (StoreException e) when (e.Error == StoreError.NotFound)
        {
            await RequireAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (StoreException e) when (e.Error == StoreError.AccessDenied || e.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.BadRequest })
        {
            await ExplainAsync(location, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest
        {
            BucketName = _bucket,
            Key = locations.KeyOf(location),
            ByteRange = intent.Range is { } range ? new Amazon.S3.Model.ByteRange(HeaderOf(range)) : null,
            EtagToMatch = intent.VersionTag is { } tag ? $"\"{tag}\"" : null,
        };
        var answer = await RunAsync($"Reading {location}", () => client.GetObjectAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false);
        try
        {
            return S3Reader.Open(answer, LengthIn(answer.Headers, location), intent.Range,
                size => Describe(location, size, answer.ETag, answer.LastModified, answer.ServerSideEncryptionMethod));
        }
        catch
        {
            answer.Dispose();
            throw;
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
        CheckEcho(digest.Crc32, answer.ChecksumCRC32, location);
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
        CheckEcho(digest.Crc32, answer.ChecksumCRC32, location);
        return new S3Part(number, chunk.Length, answer.ETag, digest.Crc32);
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
        return string.IsNullOrEmpty(answer.ETag)
            ? await FindAsync(location, cancellationToken).ConfigureAwait(false) ?? throw Vanished(location)
            : Describe(location, parts.Sum(part => part.Length), answer.ETag, null, answer.ServerSideEncryptionMethod);
    }

    public Task AbortAsync(string key, string upload, CancellationToken cancellationToken) =>
        RunAsync($"Aborting an upload of '{key}'",
            () => client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = _bucket, Key = key, UploadId = upload }, cancellationToken),
            cancellationToken);

    public Task AbortAsync(ImageLocation location, string upload, CancellationToken cancellationToken) =>
        AbortAsync(locations.KeyOf(location), upload, cancellationToken);

    public Task<ListMultipartUploadsResponse> ListUploadsAsync(string prefix, string? keyMarker, string? uploadMarker, CancellationToken cancellationToken) =>
        RunAsync($"Listing the uploads of the bucket '{_bucket}'", () => client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest
        {
            BucketName = _bucket,
            Prefix = prefix,
            KeyMarker = keyMarker,
            UploadIdMarker = uploadMarker,
            MaxUploads = options.UploadsPerPage,
        }, cancellationToken), cancellationToken);

    public Task DeleteAsync(ImageLocation location, CancellationToken cancellationToken) =>
        RunAsync($"Deleting {location}", () => client.DeleteObjectAsync(
            new DeleteObjectRequest { BucketName = _bucket, Key = locations.KeyOf(location) }, cancellationToken), cancellationToken);

    /// <summary>Makes the bucket where there is none and the options say so.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (_seen || !options.CreateBucket || await IsThereAsync(cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        try
        {
            var request = new PutBucketRequest { BucketName = _bucket, UseClientRegion = true };
            await RunAsync($"Making the bucket '{_bucket}'", () => client.PutBucketAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.InnerException is AmazonS3Exception { ErrorCode: "BucketAlreadyOwnedByYou" })
        {
            // somebody was faster
        }

        _seen = true;
    }

    // A HEAD has no body, so its 404 does not tell a missing object from a missing bucket.
    private async Task RequireAsync(CancellationToken cancellationToken)
    {
        if (!_seen && !await IsThereAsync(cancellationToken).ConfigureAwait(false) && !options.CreateBucket)
        {
            throw new StoreException(StoreError.InvalidConfiguration,
                $"The bucket '{_bucket}' does not exist at {S3Endpoint.Parse(options.Endpoint)!.Host}; make it, or set CreateBucket.");
        }
    }

    // Nor does its 403 tell a wrong key from one that may not read, or its 400 an expired token from a wrong region: the answer to a GET does.
    private async Task ExplainAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest { BucketName = _bucket, Key = locations.KeyOf(location), ByteRange = new Amazon.S3.Model.ByteRange(0, 0) };
        using var answer = await RunAsync($"Looking for {location}", () => client.GetObjectAsync(request, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task<bool> IsThereAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync($"Looking for the bucket '{_bucket}'",
                () => client.HeadBucketAsync(new HeadBucketRequest { BucketName = _bucket }, cancellationToken), cancellationToken).ConfigureAwait(false);
            return _seen = true;
        }
        catch (StoreException e) when (e.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound })
        {
            return false;
        }
        catch (StoreException e) when (e.Error == StoreError.AccessDenied)
        {
            return true; // a key may be allowed objects and not the bucket itself
        }
    }

    private ServerSideEncryptionMethod? Encryption =>
        options.ServerSideEncryption is { } method ? ServerSideEncryptionMethod.FindValue(method) : null;

    private StoredObject Describe(ImageLocation location, long size, string? etag, DateTime? lastModified, ServerSideEncryptionMethod? encryption)
    {
        var tag = etag?.Trim('"');
        var isMd5 = IsMd5(tag)
            && (encryption is null || encryption == ServerSideEncryptionMethod.None || encryption == ServerSideEncryptionMethod.AES256);
        return new StoredObject(location, size, tag, lastModified?.ToUniversalTime()) { Digest = isMd5 ? new Digest("md5", tag!) : null };
    }

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

    // A server that does not know the header ignores it: then nothing would check the bytes, and nobody would notice.
    private static void CheckEcho(string? sent, string? echoed, ImageLocation location)
    {
        if (sent is null || sent == echoed)
        {
            return;
        }

        throw echoed is null
            ? new StoreException(StoreError.Unsupported,
                $"The server took {location} without checking its CRC-32; set Integrity to Sha256, or see what the probe says.")
            : new StoreException(StoreError.Corrupted, $"The server has other bytes of {location} than were sent.") { IsTransient = true };
    }

    private static async Task<T> SendAsync<T>(string doing, S3Body body, Func<Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await S3Errors.RunAsync(doing, StoreError.AlreadyExists, request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            body.Release();
        }
    }

    private static Task<T> RunAsync<T>(string doing, Func<Task<T>> request, CancellationToken cancellationToken) =>
        RunAsync(doing, StoreError.Changed, request, cancellationToken);

    private static Task<T> RunAsync<T>(string doing, StoreError ifNotMet, Func<Task<T>> request, CancellationToken cancellationToken) =>
        S3Errors.RunAsync(doing, ifNotMet, request, cancellationToken);
}
