using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.RegularExpressions;
using System.Xml;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.S3;

/// <summary>The one mapping of what S3 servers and the SDK report to <see cref="StoreError"/>.</summary>
internal static partial class S3Errors
{
    // By the code in the body; codes of AWS unless a comment says whose.
    private static readonly Dictionary<string, Verdict> ByCode = new(StringComparer.Ordinal)
    {
        ["NoSuchKey"] = new(StoreError.NotFound, "there is no such object"),
        ["NoSuchVersion"] = new(StoreError.NotFound, "there is no such object"),
        ["NoSuchBucket"] = new(StoreError.InvalidConfiguration, "the bucket does not exist; make it, or set CreateBucket"),
        ["InvalidBucketName"] = new(StoreError.InvalidConfiguration, "the server does not take the bucket's name"),
        ["BucketAlreadyExists"] = new(StoreError.InvalidConfiguration, "the bucket's name belongs to somebody else"),
        ["NoSuchUpload"] = new(StoreError.Unavailable, "the upload is no longer there; a lifecycle rule or a sweep removed it, so put the image again"),
        ["AccessDenied"] = new(StoreError.AccessDenied, "the server refuses; check what the key may do with the bucket"),
        ["AllAccessDisabled"] = new(StoreError.AccessDenied, "the server refuses all access to the bucket"),
        ["AccountProblem"] = new(StoreError.AccessDenied, "the account is blocked; ask the provider"),
        ["InvalidObjectState"] = new(StoreError.AccessDenied, "the object is archived; restore it first"),
        ["InvalidAccessKeyId"] = new(StoreError.NotAuthenticated, "the server does not know the access key"),
        ["SignatureDoesNotMatch"] = new(StoreError.NotAuthenticated, "the signature is wrong; check the secret key, and the region"),
        ["ExpiredToken"] = new(StoreError.NotAuthenticated, "the session token has expired"),
        ["InvalidToken"] = new(StoreError.NotAuthenticated, "the session token is not valid"),
        ["TokenRefreshRequired"] = new(StoreError.NotAuthenticated, "the session token must be renewed"),
        ["InvalidSecurity"] = new(StoreError.NotAuthenticated, "the credentials are not valid"),
        ["MissingSecurityHeader"] = new(StoreError.NotAuthenticated, "the server wants credentials"),
        ["RequestTimeTooSkewed"] = new(StoreError.NotAuthenticated, "this machine's clock and the server's differ too much; set the clock"),
        ["RequestExpired"] = new(StoreError.NotAuthenticated, "this machine's clock and the server's differ too much; set the clock"),
        ["AuthorizationHeaderMalformed"] = new(StoreError.InvalidConfiguration, "the region is wrong; set Region to the bucket's"),
        ["PermanentRedirect"] = new(StoreError.InvalidConfiguration, "the bucket lives elsewhere; set Endpoint and Region to the bucket's"),
        ["TemporaryRedirect"] = new(StoreError.InvalidConfiguration, "the bucket lives elsewhere; set Endpoint and Region to the bucket's"),
        ["Redirect"] = new(StoreError.InvalidConfiguration, "the bucket lives elsewhere; set Endpoint and Region to the bucket's"),
        ["IllegalLocationConstraintException"] = new(StoreError.InvalidConfiguration, "the region is wrong; set Region to the endpoint's"),
        ["EntityTooLarge"] = new(StoreError.TooLarge, "the server does not take objects or parts that large"),
        ["EntityTooSmall"] = new(StoreError.InvalidConfiguration, "the server wants larger parts; raise the store's chunk length"),
        ["InvalidPart"] = new(StoreError.Corrupted, "the server lost or changed a part of the upload"),
        ["InvalidPartOrder"] = new(StoreError.Corrupted, "the server lost or changed a part of the upload"),
        ["BadDigest"] = new(StoreError.Corrupted, "other bytes arrived than were sent") { IsTransient = true },
        ["InvalidDigest"] = new(StoreError.Corrupted, "other bytes arrived than were sent") { IsTransient = true },
        ["XAmzContentSHA256Mismatch"] = new(StoreError.Corrupted, "other bytes arrived than were sent") { IsTransient = true },
        ["XAmzContentChecksumMismatch"] = new(StoreError.Corrupted, "other bytes arrived than were sent") { IsTransient = true }, // MinIO
        ["IncompleteBody"] = new(StoreError.Unavailable, "fewer bytes arrived than were sent") { IsTransient = true },
        ["RequestTimeout"] = new(StoreError.Unavailable, "the bytes arrived too slowly") { IsTransient = true },
        ["InvalidRange"] = new(StoreError.InvalidRange, "the range does not lie in the object"),
        ["QuotaExceeded"] = new(StoreError.OutOfSpace, "the quota is used up"), // Ceph
        ["InsufficientCapacity"] = new(StoreError.OutOfSpace, "the server is full"), // Ceph
        ["XMinioStorageFull"] = new(StoreError.OutOfSpace, "the server is full"), // MinIO
        ["ConditionalRequestConflict"] = new(StoreError.Unavailable, "another request changes the same object") { IsTransient = true },
        ["OperationAborted"] = new(StoreError.Unavailable, "another request changes the same object") { IsTransient = true },
        ["SlowDown"] = new(StoreError.Throttled, "the server asks to slow down") { IsTransient = true },
        ["ThrottlingException"] = new(StoreError.Throttled, "the server asks to slow down") { IsTransient = true },
        ["Throttling"] = new(StoreError.Throttled, "the server asks to slow down") { IsTransient = true },
        ["RequestLimitExceeded"] = new(StoreError.Throttled, "the server asks to slow down") { IsTransient = true },
        ["InternalError"] = new(StoreError.Unavailable, "the server failed") { IsTransient = true },
        ["ServiceUnavailable"] = new(StoreError.Unavailable, "the server is not available") { IsTransient = true },
        ["NotImplemented"] = new(StoreError.Unsupported, "the server cannot do it; set Preset or see what the probe says"),
        ["MethodNotAllowed"] = new(StoreError.Unsupported, "the server does not allow it"),
    };

    private static Verdict ByStatus(HttpStatusCode status) => (int)status switch
    {
        >= 300 and < 400 => ByCode["PermanentRedirect"],
        401 => new(StoreError.NotAuthenticated, "the server does not accept the credentials"),
        403 => ByCode["AccessDenied"],
        404 => ByCode["NoSuchKey"],
        405 or 501 => ByCode["NotImplemented"],
        408 => ByCode["RequestTimeout"],
        413 => ByCode["EntityTooLarge"],
        416 => ByCode["InvalidRange"],
        429 => ByCode["SlowDown"],
        507 => new(StoreError.OutOfSpace, "the server is full"),
        >= 500 => ByCode["InternalError"],
        < 300 => new(StoreError.Unavailable, "the server's answer makes no sense") { IsTransient = true },
        _ => NotTaken,
    };

    private static readonly Verdict NotTaken = new(StoreError.Unsupported, "the server does not take the request; ask the probe which settings it takes");

    private static readonly Verdict WantsDigest =
        new(StoreError.Unsupported, "the server wants a digest in a header, as buckets with Object Lock do; set Integrity to Md5 or Crc32, or ask the probe which it takes");

    /// <summary>Makes one request, and whatever it throws a <see cref="StoreException"/>.</summary>
    /// <param name="doing">What the request does and to what, as the beginning of a sentence.</param>
    /// <param name="ifNotMet">What it means where a condition of the request does not hold (412).</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">What may end it.</param>
    /// <param name="secrets">What the server's words are not repeated with.</param>
    public static async Task<T> RunAsync<T>(
        string doing, StoreError ifNotMet, Func<Task<T>> request, CancellationToken cancellationToken, IReadOnlyList<string>? secrets = null)
    {
        try
        {
            return await request().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is not StoreException)
        {
            cancellationToken.ThrowIfCancellationRequested(); // the SDK turns some cancellations into other errors
            throw Translate(e, doing, ifNotMet, secrets);
        }
    }

    public static StoreException Translate(Exception e, string doing, StoreError ifNotMet = StoreError.Changed, IReadOnlyList<string>? secrets = null)
    {
        if (e is not AmazonServiceException answer)
        {
            return Unanswered(e, doing);
        }

        if (answer.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            return new StoreException(ifNotMet, ifNotMet == StoreError.AlreadyExists
                ? $"{doing} failed: there is an image already."
                : $"{doing} failed: the image was replaced in the meantime.", e) { RequestId = answer.RequestId };
        }

        var verdict = ByCode.GetValueOrDefault(answer.ErrorCode ?? "") ?? (answer.StatusCode == 0 ? null : ByStatus(answer.StatusCode));
        verdict = verdict == NotTaken && AsksForDigest(answer) ? WantsDigest : verdict;
        return verdict is null
            ? Unanswered(e.InnerException ?? e, doing)
            : new StoreException(verdict.Error, $"{doing} failed: {verdict.Why} ({Seen(answer, secrets ?? [])}).", e)
            {
                IsTransient = verdict.IsTransient,
                RetryAfter = RetryAfter(answer),
                RequestId = answer.RequestId,
            };
    }

    // The status, the code, and what the server says: it is the operator's own, and knows why.
    private static string Seen(AmazonServiceException answer, IReadOnlyList<string> secrets)
    {
        var status = ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
        var code = ServerWords.Clean(answer.ErrorCode, secrets);
        var seen = code is null || code == status || code == answer.StatusCode.ToString() ? status : $"{status} {code}";
        var words = ServerWords.Clean(WordsOf(answer), secrets);
        var elsewhere = (answer.InnerException as HttpErrorResponseException)?.Response?.GetHeaderValue("Location");
        return seen + (words is null ? "" : $": {words}")
            + (Uri.TryCreate(elsewhere, UriKind.Absolute, out var place) ? $"; it names {place.GetLeftPart(UriPartial.Authority)}" : "");
    }

    private static bool AsksForDigest(AmazonServiceException answer) => answer.Message.Contains("Content-MD5", StringComparison.OrdinalIgnoreCase)
        || answer.Message.Contains("x-amz-checksum", StringComparison.OrdinalIgnoreCase);

    // The SDK writes a message where the server gave none, and wraps one it cannot read.
    private static string? WordsOf(AmazonServiceException answer)
    {
        const string Body = "HTTP Body: ";
        var at = answer.Message.IndexOf(Body, StringComparison.Ordinal);
        return at >= 0 ? answer.Message[(at + Body.Length)..]
            : answer.Message.StartsWith("Error making request with", StringComparison.Ordinal)
                || answer.Message.StartsWith("The service returned an error", StringComparison.Ordinal)
                || answer.Message.StartsWith("Exception of type", StringComparison.Ordinal) ? null
            : answer.Message;
    }

    private static TimeSpan? RetryAfter(AmazonServiceException answer) =>
        answer.InnerException is HttpErrorResponseException { Response: { } response }
        && int.TryParse(response.GetHeaderValue("Retry-After"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;

    // No answer came: the connection, the name, TLS, or the SDK's own search for credentials.
    private static StoreException Unanswered(Exception e, string doing)
    {
        var all = ExceptionChain.Of(e).ToArray();
        return all.Any(inner => inner is AuthenticationException)
            ? new StoreException(StoreError.Unavailable,
                $"{doing} failed: the server's certificate is not trusted; set CaBundle, or check the endpoint's name.", e)
            : all.FirstOrDefault(inner => inner is HttpRequestException or IOException or TimeoutException or SocketException or XmlException) is { } broken
                ? new StoreException(StoreError.Unavailable, $"{doing} failed: the server could not be reached, or its answer was cut off ({broken.Message.TrimEnd('.')}).", e)
                {
                    IsTransient = true,
                }
                : e is AmazonClientException
                    ? new StoreException(StoreError.NotAuthenticated, $"{doing} failed: no credentials were found{Spoiled(all)}; set AccessKey and SecretKey, or Credentials.", e)
                    : new StoreException(StoreError.Unavailable, $"{doing} failed in a way the SDK does not explain: {Cause(all[^1])}.", e);
    }

    // The SDK repeats the line of the file that it does not understand, and that line may be the key.
    private static string Spoiled(Exception[] all) => all.Select(e => UnreadLine().Match(e.Message)).FirstOrDefault(found => found.Success) is { } match
        ? $", and line {match.Groups["line"].Value} of {ServerWords.Clean(match.Groups["file"].Value)} cannot be read"
        : "";

    [GeneratedRegex(@"Line (?<line>\d+)(:<.*?>)? in file (?<file>[^\r\n]+?) (does not|contains)", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex UnreadLine();

    private static string Cause(Exception e) => $"{e.GetType().Name}: {ServerWords.Clean(e.Message)}";

    private sealed record Verdict(StoreError Error, string Why)
    {
        public bool IsTransient { get; init; }
    }
}
