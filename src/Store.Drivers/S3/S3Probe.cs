using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;

namespace GlanceStore.Drivers.S3;

/// <summary>Asks the operator's own bucket what its server really does, since servers that speak S3 differ where it matters.</summary>
/// <remarks>Every object it writes has a few bytes and a name of its own below the store's prefix, and is removed again.</remarks>
internal sealed partial class S3Probe(S3Bucket bucket, S3DriverOptions options, TimeProvider time)
{
    public static readonly byte[] Sample = "a probe of GlanceStore"u8.ToArray();

    public const string RightCrc32 = "GHwaWg=="; // of the sample
    private const string WrongCrc32 = "AAAAAA==";

    // The server's clock and ours may differ by 15 minutes before signatures are refused; a third of that deserves a word.
    private static readonly TimeSpan NotableSkew = TimeSpan.FromMinutes(5);

    private readonly IAmazonS3 _client = bucket.Client;

    // What goes with every object that the probe writes: the store's own digest where the server takes it, else the first that it does.
    private S3Integrity _writesBy = options.CheckedBy;

    private readonly string _prefix = $"{options.Prefix}glance-store-probe-{Guid.NewGuid():N}-";

    public async IAsyncEnumerable<ProbeFinding> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var access = await AccessAsync(cancellationToken).ConfigureAwait(false);
        yield return access;
        if (access.Answer == ProbeAnswer.No)
        {
            yield break;
        }

        var found = new Dictionary<string, ProbeAnswer>();
        try
        {
            foreach (var (name, ask) in Questions)
            {
                var finding = await AskAsync(name, ask, cancellationToken).ConfigureAwait(false);
                found[name] = finding.Answer;
                yield return finding;
            }
        }
        finally
        {
            await CleanAsync().ConfigureAwait(false);
        }

        yield return Advice(found);
    }

    private (string Name, Func<CancellationToken, Task<ProbeFinding>> Ask)[] Questions =>
    [
        (SignedBody, SignedBodyAsync),
        (ContentMd5, ContentMd5Async),
        (ChecksumHeader, ChecksumHeaderAsync),
        (ConditionalPut, ConditionalPutAsync),
        (ConditionalComplete, ConditionalCompleteAsync),
        (Ranges, RangesAsync),
        (PinnedReads, PinnedReadsAsync),
        (PinnedDeletes, PinnedDeletesAsync),
        (EtagIsMd5, EtagIsMd5Async),
        (ListedUploads, ListedUploadsAsync),
    ];

    private async Task<ProbeFinding> AccessAsync(CancellationToken cancellationToken)
    {
        const string Name = "Write, read and delete";
        try
        {
            await bucket.EnsureAsync(cancellationToken).ConfigureAwait(false); // as a put does
            var before = time.GetUtcNow();
            var refusal = await WriteByAnyAsync(cancellationToken).ConfigureAwait(false);
            using (var read = await _client.GetObjectAsync(options.Bucket, _prefix + "access", cancellationToken).ConfigureAwait(false))
            {
                var date = read.LastModified is { } modified ? new DateTimeOffset(modified.ToUniversalTime()) : before;
                await DeleteAsync("access", cancellationToken).ConfigureAwait(false);
                var skew = (date - before).Duration();
                return refusal is not null
                    ? new ProbeFinding(Name, ProbeAnswer.Yes, $"Only with another digest: set Integrity to {_writesBy}. With {options.CheckedBy}: {refusal}")
                    : new ProbeFinding(Name, ProbeAnswer.Yes, skew < NotableSkew
                    ? $"The bucket '{options.Bucket}' takes, gives and removes objects."
                    : $"The bucket works, but the server's clock and this machine's differ by {skew.TotalMinutes:0} minutes; set the clock.");
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await CleanAsync().ConfigureAwait(false);
            var fault = e as StoreException ?? S3Errors.Translate(e, "It", StoreError.Changed, options.Secrets);
            return new ProbeFinding(Name, ProbeAnswer.No, fault.Message);
        }
    }

    // A bucket may want its digest in a header (Object Lock does), and a server may take only some.
    private async Task<string?> WriteByAnyAsync(CancellationToken cancellationToken)
    {
        StoreException? first = null;
        foreach (var integrity in new[] { options.CheckedBy, S3Integrity.Md5, S3Integrity.Crc32, S3Integrity.Sha256 }.Distinct())
        {
            _writesBy = integrity;
            try
            {
                await PutAsync("access", Sample, cancellationToken).ConfigureAwait(false);
                return first?.Message;
            }
            catch (AmazonS3Exception e) when ((int)e.StatusCode is 400 or 501)
            {
                first ??= S3Errors.Translate(e, "Writing", StoreError.Changed, options.Secrets);
            }
        }

        _writesBy = options.CheckedBy;
        throw first!;
    }

    private static async Task<ProbeFinding> AskAsync(string name, Func<CancellationToken, Task<ProbeFinding>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new ProbeFinding(name, ProbeAnswer.Unclear, S3Errors.Translate(e, "Asking").Message);
        }
    }

    private static string Hex(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body));

    private Task<PutObjectResponse> PutAsync(
        string name, byte[] body, CancellationToken cancellationToken, string? sha256 = null, string? md5 = null, string? crc32 = null, string? ifNoneMatch = null) =>
        _client.PutObjectAsync(new PutObjectRequest
        {
            BucketName = options.Bucket,
            Key = _prefix + name,
            InputStream = new S3Body(body, sha256 ?? Hex(body)),
            UseChunkEncoding = false,
            MD5Digest = md5 ?? (_writesBy == S3Integrity.Md5 ? Convert.ToBase64String(Md5Of(body)) : null),
            ChecksumCRC32 = crc32 ?? (_writesBy == S3Integrity.Crc32 ? RightCrc32 : null),
            IfNoneMatch = ifNoneMatch,
        }, cancellationToken);

    [SuppressMessage("Security", "CA5351", Justification = "Content-MD5 is that.")]
    private static byte[] Md5Of(byte[] body) => MD5.HashData(body);

    private Task DeleteAsync(string name, CancellationToken cancellationToken) =>
        _client.DeleteObjectAsync(options.Bucket, _prefix + name, cancellationToken);

    /// <summary>Whether the server refuses the request; a failure to answer is neither.</summary>
    private static async Task<HttpStatusCode?> RefusalAsync(Func<Task> request)
    {
        try
        {
            await request().ConfigureAwait(false);
            return null;
        }
        catch (AmazonS3Exception e) when ((int)e.StatusCode is (>= 400 and < 500) or 501)
        {
            return e.StatusCode;
        }
    }

    // What a question left behind, whatever became of it.
    private async Task CleanAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20), time);
        try
        {
            var uploads = await _client.ListMultipartUploadsAsync(
                new ListMultipartUploadsRequest { BucketName = options.Bucket, Prefix = _prefix }, limit.Token).ConfigureAwait(false);
            foreach (var upload in uploads.MultipartUploads ?? [])
            {
                await _client.AbortMultipartUploadAsync(options.Bucket, upload.Key, upload.UploadId, limit.Token).ConfigureAwait(false);
            }

            foreach (var name in ObjectNames)
            {
                await DeleteAsync(name, limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is Amazon.Runtime.AmazonServiceException or HttpRequestException or IOException or OperationCanceledException)
        {
            // the answers stand; a sweep finds uploads, and the objects are named after what they are
        }
    }
}
