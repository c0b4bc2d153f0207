using System.Security.Cryptography;
using Amazon.S3.Model;

namespace GlanceStore.Drivers.S3;

internal sealed partial class S3Probe
{
    private const string SignedBody = "Checks the signed SHA-256 of a body";
    private const string ContentMd5 = "Checks Content-MD5";
    private const string ChecksumHeader = "Checks x-amz-checksum-crc32";
    private const string ConditionalPut = "Honours If-None-Match on PutObject";
    private const string ConditionalComplete = "Honours If-None-Match on CompleteMultipartUpload";
    private const string Ranges = "Reads ranges";
    private const string PinnedReads = "Honours If-Match on reads";
    private const string PinnedDeletes = "Honours If-Match on deletions";
    private const string EtagIsMd5 = "An ETag is the MD5";
    private const string ListedUploads = "Lists unfinished uploads";

    private static readonly string[] ObjectNames = ["access", "sha256", "md5", "crc32", "put", "complete", "read", "delete"];

    private async Task<ProbeFinding> SignedBodyAsync(CancellationToken cancellationToken)
    {
        var refused = await RefusalAsync(() => PutAsync("sha256", Sample, cancellationToken, sha256: Hex("other bytes"u8))).ConfigureAwait(false);
        return refused is null
            ? new ProbeFinding(SignedBody, ProbeAnswer.No, "A body with a wrong SHA-256 was stored: this server does not check what it signs for.")
            : new ProbeFinding(SignedBody, ProbeAnswer.Yes, $"A body with a wrong SHA-256 was refused ({(int)refused}).");
    }

    private async Task<ProbeFinding> ContentMd5Async(CancellationToken cancellationToken)
    {
        var refused = await RefusalAsync(() => PutAsync("md5", Sample, cancellationToken, md5: Convert.ToBase64String(new byte[16]))).ConfigureAwait(false);
        return refused is null
            ? new ProbeFinding(ContentMd5, ProbeAnswer.No, "A body with a wrong Content-MD5 was stored.")
            : new ProbeFinding(ContentMd5, ProbeAnswer.Yes, $"A body with a wrong Content-MD5 was refused ({(int)refused}).");
    }

    private async Task<ProbeFinding> ChecksumHeaderAsync(CancellationToken cancellationToken)
    {
        var refused = await RefusalAsync(() => PutAsync("crc32", Sample, cancellationToken, crc32: WrongCrc32)).ConfigureAwait(false);
        if (refused is null)
        {
            return new ProbeFinding(ChecksumHeader, ProbeAnswer.No, "A body with a wrong CRC-32 was stored: the header is ignored.");
        }

        var answer = await PutAsync("crc32", Sample, cancellationToken, crc32: RightCrc32).ConfigureAwait(false);
        return answer.ChecksumCRC32 == RightCrc32
            ? new ProbeFinding(ChecksumHeader, ProbeAnswer.Yes, $"A wrong CRC-32 was refused ({(int)refused}) and a right one confirmed.")
            : new ProbeFinding(ChecksumHeader, ProbeAnswer.No, $"A wrong CRC-32 was refused ({(int)refused}), but a right one is not confirmed.");
    }

    private async Task<ProbeFinding> ConditionalPutAsync(CancellationToken cancellationToken)
    {
        await PutAsync("put", Sample, cancellationToken).ConfigureAwait(false);
        var refused = await RefusalAsync(() => PutAsync("put", Sample, cancellationToken, ifNoneMatch: "*")).ConfigureAwait(false);
        return Conditional(ConditionalPut, (int?)refused);
    }

    private async Task<ProbeFinding> ConditionalCompleteAsync(CancellationToken cancellationToken)
    {
        await PutAsync("complete", Sample, cancellationToken).ConfigureAwait(false);
        var key = _prefix + "complete";
        var upload = await _client.InitiateMultipartUploadAsync(options.Bucket, key, cancellationToken).ConfigureAwait(false);
        var part = await _client.UploadPartAsync(new UploadPartRequest
        {
            BucketName = options.Bucket,
            Key = key,
            UploadId = upload.UploadId,
            PartNumber = 1,
            PartSize = Sample.Length,
            InputStream = new S3Body(Sample, Hex(Sample)),
            UseChunkEncoding = false,
            MD5Digest = _writesBy == S3Integrity.Md5 ? Convert.ToBase64String(Md5Of(Sample)) : null,
            ChecksumCRC32 = _writesBy == S3Integrity.Crc32 ? RightCrc32 : null,
        }, cancellationToken).ConfigureAwait(false);
        var refused = await RefusalAsync(() => _client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
        {
            BucketName = options.Bucket,
            Key = key,
            UploadId = upload.UploadId,
            PartETags = [new PartETag(1, part.ETag)],
            IfNoneMatch = "*",
        }, cancellationToken)).ConfigureAwait(false);
        return Conditional(ConditionalComplete, (int?)refused);
    }

    private static ProbeFinding Conditional(string name, int? refused) => refused switch
    {
        null => new ProbeFinding(name, ProbeAnswer.No, "An object that was there was replaced: the condition is ignored."),
        412 or 409 => new ProbeFinding(name, ProbeAnswer.Yes, $"An object that was there was not replaced ({refused})."),
        _ => new ProbeFinding(name, ProbeAnswer.No, $"The condition was refused ({refused})."),
    };

    private async Task<ProbeFinding> RangesAsync(CancellationToken cancellationToken)
    {
        await PutAsync("read", Sample, cancellationToken).ConfigureAwait(false);
        using var answer = await _client.GetObjectAsync(
            new GetObjectRequest { BucketName = options.Bucket, Key = _prefix + "read", ByteRange = new("bytes=2-6") }, cancellationToken).ConfigureAwait(false);
        return answer.ContentLength == 5 && answer.ContentRange == $"bytes 2-6/{Sample.Length}"
            ? new ProbeFinding(Ranges, ProbeAnswer.Yes, "Five bytes were asked for and came.")
            : new ProbeFinding(Ranges, ProbeAnswer.No, $"Five bytes were asked for and {answer.ContentLength} came ('{answer.ContentRange}').");
    }

    private async Task<ProbeFinding> PinnedReadsAsync(CancellationToken cancellationToken)
    {
        var refused = await RefusalAsync(async () =>
        {
            using var answer = await _client.GetObjectAsync(
                new GetObjectRequest { BucketName = options.Bucket, Key = _prefix + "read", EtagToMatch = "\"another\"" }, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return refused is null
            ? new ProbeFinding(PinnedReads, ProbeAnswer.No, "A version that is not there was asked for and something came; reads compare the ETag themselves.")
            : new ProbeFinding(PinnedReads, ProbeAnswer.Yes, $"A version that is not there was refused ({(int)refused}).");
    }

    private async Task<ProbeFinding> PinnedDeletesAsync(CancellationToken cancellationToken)
    {
        await PutAsync("delete", Sample, cancellationToken).ConfigureAwait(false);
        var refused = await RefusalAsync(() => _client.DeleteObjectAsync(
            new DeleteObjectRequest { BucketName = options.Bucket, Key = _prefix + "delete", IfMatch = "\"another\"" }, cancellationToken)).ConfigureAwait(false);
        return (int?)refused switch
        {
            null => new ProbeFinding(PinnedDeletes, ProbeAnswer.No,
                "A version that is not there was to be deleted and the object went: a deletion of a version looks right before, and what is put in that moment is lost."),
            412 or 409 => new ProbeFinding(PinnedDeletes, ProbeAnswer.Yes, $"A deletion of a version that is not there was refused ({(int)refused})."),
            _ => new ProbeFinding(PinnedDeletes, ProbeAnswer.No, $"The condition was refused ({(int)refused}): a deletion of a version looks right before."),
        };
    }

    private async Task<ProbeFinding> EtagIsMd5Async(CancellationToken cancellationToken)
    {
        var answer = await _client.GetObjectMetadataAsync(options.Bucket, _prefix + "read", cancellationToken).ConfigureAwait(false);
        return answer.ETag?.Trim('"') == Convert.ToHexStringLower(MD5.HashData(Sample))
            ? new ProbeFinding(EtagIsMd5, ProbeAnswer.Yes, "The ETag of a small object is its MD5.")
            : new ProbeFinding(EtagIsMd5, ProbeAnswer.No, "The ETag of a small object is something else.");
    }

    private async Task<ProbeFinding> ListedUploadsAsync(CancellationToken cancellationToken)
    {
        var key = _prefix + "listed";
        var upload = await _client.InitiateMultipartUploadAsync(options.Bucket, key, cancellationToken).ConfigureAwait(false);
        var page = await _client.ListMultipartUploadsAsync(
            new ListMultipartUploadsRequest { BucketName = options.Bucket, Prefix = key }, cancellationToken).ConfigureAwait(false);
        var listed = page.MultipartUploads?.Any(found => found.UploadId == upload.UploadId) == true;
        await _client.AbortMultipartUploadAsync(options.Bucket, key, upload.UploadId, cancellationToken).ConfigureAwait(false);
        return listed
            ? new ProbeFinding(ListedUploads, ProbeAnswer.Yes, "A sweep finds what a killed process leaves.")
            : new ProbeFinding(ListedUploads, ProbeAnswer.No, "An unfinished upload is not listed: set a lifecycle rule that removes them, because a sweep cannot.");
    }

    private ProbeFinding Advice(Dictionary<string, ProbeAnswer> found)
    {
        bool Does(string name) => found.GetValueOrDefault(name) == ProbeAnswer.Yes;
        S3Integrity[] checks =
        [
            .. Does(ChecksumHeader) ? [S3Integrity.Crc32] : Array.Empty<S3Integrity>(),
            .. Does(SignedBody) ? [S3Integrity.Sha256] : Array.Empty<S3Integrity>(),
            .. Does(ContentMd5) ? [S3Integrity.Md5] : Array.Empty<S3Integrity>(),
        ];
        S3Integrity? integrity = checks.Length == 0 ? null : checks.Contains(_writesBy) ? _writesBy : checks[0];
        var createNew = (Does(ConditionalPut), Does(ConditionalComplete)) switch
        {
            (true, true) => S3CreateNew.Conditional,
            (true, false) => S3CreateNew.ConditionalPut,
            _ => S3CreateNew.LookFirst,
        };
        var fits = (integrity ?? _writesBy) == options.CheckedBy && createNew == options.CreatesBy;
        var settings = integrity is null
            ? $"No digest is checked by this server: bytes damaged on the way are noticed only when they are read. Integrity={_writesBy}, CreateNew={createNew}."
            : $"Integrity={integrity}, CreateNew={createNew}.";
        return new ProbeFinding("The store's settings fit", fits ? ProbeAnswer.Yes : ProbeAnswer.No,
            fits ? settings : $"{settings} The store has Integrity={options.CheckedBy}, CreateNew={options.CreatesBy}.");
    }
}
