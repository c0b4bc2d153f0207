using System.Net;
using System.Net.Sockets;
using Amazon.S3;
using Amazon.S3.Model;
using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.S3;

internal sealed partial class S3Bucket
{
    public async ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        var request = new GetObjectMetadataRequest { BucketName = _bucket, Key = locations.KeyOf(location) };
        var doing = $"Looking for {location}";
        try
        {
            var answer = await RunAsync(doing, () => client.GetObjectMetadataAsync(request, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
            _seen = true;
            return answer.HttpStatusCode == HttpStatusCode.OK
                ? Describe(location, LengthIn(answer.Headers, location), answer.ETag, answer.LastModified, answer.ServerSideEncryptionMethod)
                : throw new StoreException(StoreError.Unsupported, $"Looking for {location} was answered with {(int)answer.HttpStatusCode}, which tells no size.");
        }
        catch (StoreException e) when (e.Error == StoreError.NotFound)
        {
            await RequireAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (StoreException e) when (IsNoAnswer(e))
        {
            return await FindByReadingAsync(doing, location, cancellationToken).ConfigureAwait(false);
        }
    }

    // What a HEAD refuses, a GET decides: keys and servers that know no HEAD, and a refusal without a body, which tells neither a wrong key from one
    // that may not read nor an expired token from a wrong region.
    private async Task<StoredObject?> FindByReadingAsync(string doing, ImageLocation location, CancellationToken cancellationToken)
    {
        try
        {
            var reader = await OpenAsync(doing, location, new ReadIntent(new GlanceStore.ByteRange(0, 1)), cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                _seen = true;
                return reader.Object;
            }
        }
        catch (StoreException e) when (e.Error == StoreError.InvalidRange)
        {
            // An empty image has no first byte.
            var reader = await OpenAsync(doing, location, new ReadIntent(), cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                return reader.Object;
            }
        }
        catch (StoreException e) when (e.Error == StoreError.NotFound)
        {
            return null;
        }
    }

    // Refused, not understood, or the connection ended without an answer; not where there was no connection to begin with, or nobody waited for it.
    private static bool IsNoAnswer(StoreException e)
    {
        var chain = ExceptionChain.Of(e).ToArray();
        return e.Error is StoreError.AccessDenied or StoreError.NotAuthenticated
            || e.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented }
            || (!chain.Any(inner => inner is OperationCanceledException or TimeoutException)
                && chain.Any(inner => inner is HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded }
                    or HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded }
                    or SocketException { SocketErrorCode: SocketError.ConnectionReset }));
    }

    /// <summary>The size of an object whose answer leaves it open.</summary>
    private async Task<long> SizeOfAsync(ImageLocation location, GetObjectResponse answer, CancellationToken cancellationToken)
    {
        var request = new GetObjectMetadataRequest { BucketName = _bucket, Key = locations.KeyOf(location) };
        var looked = await RunAsync($"Looking for {location}", () => client.GetObjectMetadataAsync(request, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        return looked.ETag == answer.ETag
            ? LengthIn(looked.Headers, location)
            : throw new StoreException(StoreError.Changed, $"{location} was replaced while it was opened.");
    }

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

    // Where a put makes the bucket, one that is not there is an empty one.
    private bool IsYetToBeMade(StoreException e) => options.CreateBucket && e.InnerException is AmazonS3Exception { ErrorCode: "NoSuchBucket" };

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
        catch (StoreException e) when (e.Error is StoreError.AccessDenied or StoreError.Unsupported)
        {
            return true; // a key may be allowed objects and not the bucket itself, and a server may know no HEAD
        }
    }
}
