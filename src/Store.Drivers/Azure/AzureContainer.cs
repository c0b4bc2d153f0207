using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.Azure;

/// <summary>The container and the requests made to it: each one attempt, each failure a <see cref="StoreException"/>.</summary>
internal sealed partial class AzureContainer(AzureAccount account, AzureDriverOptions options, AzureLocations locations)
{
    private readonly AccessTier? _tier = options.AccessTier is { } tier ? new AccessTier(tier) : default(AccessTier?);

    /// <summary>Stores a blob with one request.</summary>
    public async Task<StoredObject> PutAsync(ImageLocation location, WriteMode mode, Chunk image, WriteSummary summary, CancellationToken cancellationToken)
    {
        var request = new BlobUploadOptions
        {
            HttpHeaders = HeadersOf(summary),
            Metadata = MetadataOf(summary),
            Conditions = ConditionsOf(mode),
            AccessTier = _tier,

            // Longer than the image, so that the SDK does not cut it once more.
            TransferOptions = new() { InitialTransferSize = image.Length + 1L, MaximumTransferSize = image.Length + 1L },
        };

        // The service checks the MD5 that the blob keeps against the body, and refuses a request with another checksum beside it.
        var (answer, _) = await SendAsync($"Writing {location}", image, HashOf(summary) is null ? AzureBlock.HeaderOf(image.Digest.Span) : null,
            body => BlobAt(location).UploadAsync(body, request, cancellationToken), cancellationToken).ConfigureAwait(false);
        return Describe(location, image.Length, answer.Value.ETag, answer.Value.LastModified, HashOf(summary));
    }

    /// <summary>Sends a block that belongs to no blob yet.</summary>
    public async Task StageAsync(ImageLocation location, string id, Chunk chunk, CancellationToken cancellationToken)
    {
        var doing = $"Writing block {chunk.Index} of {location}";
        var (_, crc64) = await SendAsync(doing, chunk, AzureBlock.HeaderOf(chunk.Digest.Span),
            body => BlobAt(location).StageBlockAsync(id, body, default(BlockBlobStageBlockOptions), cancellationToken), cancellationToken).ConfigureAwait(false);
        if (crc64 is null)
        {
            throw new StoreException(StoreError.Unsupported,
                $"{doing} failed: the server does not tell the CRC-64 of what it got, as the service has done since 2019, so that nobody has checked it.");
        }
    }

    /// <summary>Makes a range of another blob a block.</summary>
    public async Task StageFromAsync(
        ImageLocation location, string id, Uri source, StoredObject image, ByteRange range, CancellationToken cancellationToken)
    {
        var request = new StageBlockFromUriOptions
        {
            SourceRange = new HttpRange(range.Offset, range.Length),
            SourceConditions = new RequestConditions { IfMatch = image.VersionTag is { } tag ? new ETag(tag) : null },
        };
        try
        {
            await WithContainerAsync(() => RunAsync($"Copying a block of {image.Location} to {location}", StoreError.Changed,
                () => BlobAt(location).StageBlockFromUriAsync(source, id, request, cancellationToken), cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Error == StoreError.AccessDenied)
        {
            // Of the source: a firewall may let us in and not the service, which a put would not notice.
            throw new StoreException(StoreError.Unsupported, $"The service may not read {image.Location} for a copy.", e) { RequestId = e.RequestId };
        }
    }

    /// <summary>Makes blocks a blob.</summary>
    public async Task<StoredObject> CommitAsync(
        ImageLocation location, WriteMode mode, IEnumerable<string> ids, WriteSummary summary, CancellationToken cancellationToken)
    {
        var request = new CommitBlockListOptions
        {
            HttpHeaders = HeadersOf(summary),
            Metadata = MetadataOf(summary),
            Conditions = ConditionsOf(mode),
            AccessTier = _tier,
        };
        var answer = await RunAsync($"Committing {location}", StoreError.AlreadyExists,
            () => BlobAt(location).CommitBlockListAsync(ids, request, cancellationToken), cancellationToken).ConfigureAwait(false);
        return Describe(location, summary.Size, answer.Value.ETag, answer.Value.LastModified, HashOf(summary));
    }

    /// <summary>The blocks of a blob that are committed and those that are not; none where there is no such blob.</summary>
    public async Task<BlockList?> BlocksOfAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await RunAsync($"Listing the blocks of {location}", StoreError.Changed,
                () => BlobAt(location).GetBlockListAsync(BlockListTypes.All, cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false);
            return answer.Value;
        }
        catch (StoreException e) when (IsAbsent(e))
        {
            return null;
        }
    }

    /// <summary>Deletes a blob, of the version that the intent names; false where it was not there.</summary>
    public async Task<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken)
    {
        var conditions = intent.VersionTag is { } tag ? new BlobRequestConditions { IfMatch = new ETag(tag) } : null;
        try
        {
            await RunAsync($"Deleting {location}", StoreError.Changed,
                () => BlobAt(location).DeleteAsync(DeleteSnapshotsOption.IncludeSnapshots, conditions, cancellationToken), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (StoreException e) when (IsAbsent(e))
        {
            return false;
        }
        catch (StoreException e) when (conditions is not null && e.Error == StoreError.Changed)
        {
            // Azurite (3.37) says 412 of a blob that is not there, where the service says 404.
            if (await FindAsync(location, cancellationToken).ConfigureAwait(false) is not null)
            {
                throw;
            }

            return false;
        }
    }

    private BlockBlobClient BlobAt(ImageLocation location) => account.BlobAt(locations.BlobOf(location));

    // Where a put makes the container, one that is not there is an empty one.
    private bool IsAbsent(StoreException e) => e.Error == StoreError.NotFound || (options.CreateContainer && AzureErrors.IsContainerMissing(e));

    private static StoredObject Describe(ImageLocation location, long size, ETag etag, DateTimeOffset lastModified, byte[]? md5) =>
        new(location, size, etag.ToString().Trim('"'), lastModified)
        {
            Digest = md5 is { Length: > 0 } ? new Digest("md5", Convert.ToHexStringLower(md5)) : null,
        };

    private static BlobRequestConditions? ConditionsOf(WriteMode mode) =>
        mode == WriteMode.CreateNew ? new BlobRequestConditions { IfNoneMatch = ETag.All } : null;

    private static BlobHttpHeaders HeadersOf(WriteSummary summary) =>
        new() { ContentType = "application/octet-stream", ContentHash = HashOf(summary) };

    private static byte[]? HashOf(WriteSummary summary) =>
        summary.Digests.FirstOrDefault(digest => digest.Algorithm == "md5") is { } md5 ? Convert.FromHexString(md5.Hex) : null;

    // For people and other tools; nothing here reads it.
    private static Dictionary<string, string> MetadataOf(WriteSummary summary)
    {
        var metadata = summary.Digests.ToDictionary(digest => digest.Algorithm, digest => digest.Hex);
        metadata["size"] = summary.Size.ToString(CultureInfo.InvariantCulture);
        return metadata;
    }

    // With the CRC-64 that the service tells of the body, where it tells one.
    private async Task<(T Answer, string? Crc64)> SendAsync<T>(string doing, Chunk chunk, string? crc64, Func<Stream, Task<T>> request, CancellationToken cancellationToken)
    {
        var exchange = new AzureExchange { Crc64 = crc64 };
        var body = new ChunkStream(chunk.Bytes);
        try
        {
            var answer = await WithContainerAsync(() => RunAsync(doing, StoreError.AlreadyExists, async () =>
            {
                body.Position = 0;
                using (exchange.Begin())
                {
                    return await request(body).ConfigureAwait(false);
                }
            }, cancellationToken), cancellationToken).ConfigureAwait(false);
            return crc64 is null || exchange.Crc64Seen is null || exchange.Crc64Seen == crc64
                ? (answer, exchange.Crc64Seen)
                : throw new StoreException(StoreError.Corrupted, $"{doing} failed: the service has other bytes than were sent.") { IsTransient = true };
        }
        finally
        {
            body.Release();
        }
    }

    // A request that writes: where it finds no container and the options say so, one is made, and the request again.
    private async Task<T> WithContainerAsync<T>(Func<Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await request().ConfigureAwait(false);
        }
        catch (StoreException e) when (options.CreateContainer && AzureErrors.IsContainerMissing(e))
        {
            await RunAsync($"Making the container '{options.Container}'", StoreError.Changed,
                () => account.Container.CreateIfNotExistsAsync(PublicAccessType.None, null, null, cancellationToken), cancellationToken).ConfigureAwait(false);
            return await request().ConfigureAwait(false);
        }
    }

    private static Task<T> RunAsync<T>(string doing, StoreError ifNotMet, Func<Task<T>> request, CancellationToken cancellationToken) =>
        AzureErrors.RunAsync(doing, ifNotMet, request, cancellationToken);
}
