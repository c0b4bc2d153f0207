using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Xml;
using Azure;
using Azure.Identity;
using Azure.Storage.Blobs.Models;
using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.Azure;

/// <summary>The one mapping of what the service and the SDK report to <see cref="StoreError"/>.</summary>
internal static class AzureErrors
{
    // Azurite has one code, AuthorizationFailure, for who may not and for who is not known; what it says, the service says for the latter.
    private const string NotAuthenticated = "Server failed to authenticate the request";

    private static readonly Verdict NotMet = new(StoreError.Changed, "the image was replaced in the meantime");
    private static readonly Verdict Taken = new(StoreError.AlreadyExists, "there is an image already");
    private static readonly Verdict Leased = new(StoreError.AccessDenied, "somebody holds a lease on the blob; break it, or wait until it ends");
    private static readonly Verdict Refused = new(StoreError.AccessDenied, "the service refuses; check what the credentials may do with the container");
    private static readonly Verdict Unknown = new(StoreError.NotAuthenticated,
        "the service does not accept the credentials; check the key or the signature, the time it is good for, and this machine's clock");
    private static readonly Verdict Damaged = new(StoreError.Corrupted, "other bytes arrived than were sent") { IsTransient = true };
    private static readonly Verdict Busy = new(StoreError.Throttled, "the service asks to slow down") { IsTransient = true };
    private static readonly Verdict Failed = new(StoreError.Unavailable, "the service failed") { IsTransient = true };
    private static readonly Verdict Broken = new(StoreError.Unavailable, "fewer bytes arrived than were sent") { IsTransient = true };
    private static readonly Verdict OutOfRange = new(StoreError.InvalidRange, "the range does not lie in the blob");
    private static readonly Verdict Absent = new(StoreError.NotFound, "there is no such blob");
    private static readonly Verdict TooLong = new(StoreError.TooLarge, "the service does not take blobs or blocks that large");
    private static readonly Verdict NotTaken = new(StoreError.Unsupported, "the service does not take the request");

    // By the code in x-ms-error-code.
    private static readonly Dictionary<string, Verdict> ByCode = new(StringComparer.Ordinal)
    {
        ["BlobNotFound"] = Absent,
        ["ResourceNotFound"] = Absent,
        ["ContainerNotFound"] = new(StoreError.InvalidConfiguration, "the container does not exist; make it, or set CreateContainer"),
        ["ContainerBeingDeleted"] = new(StoreError.Unavailable, "the container is being deleted") { IsTransient = true },
        ["ContainerDisabled"] = new(StoreError.AccessDenied, "the container is disabled"),
        ["InvalidResourceName"] = new(StoreError.InvalidConfiguration, "the service does not take the container's name"),
        ["BlobAlreadyExists"] = Taken,
        ["ConditionNotMet"] = NotMet,
        ["TargetConditionNotMet"] = NotMet,
        ["LeaseIdMissing"] = Leased,
        ["LeaseLost"] = Leased,
        ["LeaseIdMismatchWithBlobOperation"] = Leased,
        ["BlobImmutableDueToPolicy"] = new(StoreError.AccessDenied, "a policy keeps the blob as it is"),
        ["BlobArchived"] = new(StoreError.AccessDenied, "the blob is archived; move it to an online tier first"),
        ["BlobBeingRehydrated"] = new(StoreError.AccessDenied, "the blob is still on its way out of the archive"),
        ["BlobUsesCustomerSpecifiedEncryption"] = new(StoreError.AccessDenied, "the blob is encrypted with another key; set EncryptionKey"),
        ["InvalidBlobType"] = new(StoreError.Unsupported, "the blob is not a block blob"),
        ["AccountIsDisabled"] = new(StoreError.AccessDenied, "the account is disabled; ask its owner"),
        ["AuthorizationFailure"] = Refused,
        ["AuthorizationPermissionMismatch"] = Refused,
        ["AuthorizationProtocolMismatch"] = Refused,
        ["AuthorizationResourceTypeMismatch"] = Refused,
        ["AuthorizationServiceMismatch"] = Refused,
        ["AuthorizationSourceIPMismatch"] = Refused,
        ["InsufficientAccountPermissions"] = Refused,
        ["PublicAccessNotPermitted"] = Refused,
        ["KeyBasedAuthenticationNotPermitted"] = new(StoreError.NotAuthenticated, "the account takes no keys; use a token"),
        ["AuthenticationFailed"] = Unknown,
        ["InvalidAuthenticationInfo"] = Unknown,
        ["NoAuthenticationInformation"] = Unknown,
        ["UnsupportedHeader"] = NotTaken,
        ["FeatureNotSupported"] = new(StoreError.Unsupported, "the server cannot do it"), // Azurite, with 500
        ["Md5Mismatch"] = Damaged,
        ["Crc64Mismatch"] = Damaged,
        ["InvalidRange"] = OutOfRange,
        ["RequestBodyTooLarge"] = TooLong,
        ["BlockCountExceedsLimit"] = new(StoreError.Unavailable,
            "more than 100,000 blocks of unfinished uploads wait at the blob; the service discards them after a week"),
        ["InvalidBlobOrBlock"] = new(StoreError.Unavailable,
            "blocks of another program's unfinished upload wait at the blob; the service discards them after a week"),
        ["InvalidBlockList"] = new(StoreError.Unavailable, "the blocks are no longer there; put the image again"),
        ["IncompleteBody"] = Broken,
        ["ServerBusy"] = Busy,
        ["IngressExceedsAccountLimit"] = Busy,
        ["EgressExceedsAccountLimit"] = Busy,
        ["TooManyRequests"] = Busy,
        ["OperationTimedOut"] = Failed,
        ["InternalError"] = Failed,
    };

    /// <summary>Makes one request, and whatever it throws a <see cref="StoreException"/>.</summary>
    /// <param name="doing">What the request does and to what, as the beginning of a sentence.</param>
    /// <param name="ifNotMet">What it means where a condition of the request does not hold (412).</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">What may end it.</param>
    public static async Task<T> RunAsync<T>(string doing, StoreError ifNotMet, Func<Task<T>> request, CancellationToken cancellationToken)
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
            throw Translate(e, doing, ifNotMet);
        }
    }

    public static StoreException Translate(Exception e, string doing, StoreError ifNotMet = StoreError.Changed)
    {
        if (e is not RequestFailedException { Status: > 0 } answer)
        {
            return Unanswered(e, doing);
        }

        var verdict = ByCode.GetValueOrDefault(answer.ErrorCode ?? "") ?? ByStatus(answer.Status);
        if (verdict == Refused && answer.Message.Contains(NotAuthenticated, StringComparison.Ordinal))
        {
            verdict = Unknown;
        }

        if (verdict == NotMet && ifNotMet == StoreError.AlreadyExists)
        {
            verdict = Taken;
        }

        return new StoreException(verdict.Error, $"{doing} failed: {verdict.Why} ({Seen(answer)}).", e)
        {
            IsTransient = verdict.IsTransient,
            RetryAfter = RetryAfter(answer),
            RequestId = Header(answer, "x-ms-request-id"),
        };
    }

    /// <summary>Whether an error says that the container is not there.</summary>
    public static bool IsContainerMissing(StoreException e) => Is(e, BlobErrorCode.ContainerNotFound);

    /// <summary>Whether an error says that blocks to be committed are not there.</summary>
    public static bool IsBlocksMissing(StoreException e) => Is(e, BlobErrorCode.InvalidBlockList);

    private static bool Is(StoreException e, BlobErrorCode code) => e.InnerException is RequestFailedException answer && answer.ErrorCode == code;

    private static Verdict ByStatus(int status) => status switch
    {
        401 => Unknown,
        403 => Refused,
        404 => Absent,
        408 => Broken,
        409 => new(StoreError.Unavailable, "another request changes the same blob") { IsTransient = true },
        412 => NotMet,
        413 => TooLong,
        416 => OutOfRange,
        429 or 503 => Busy,
        507 => new(StoreError.OutOfSpace, "the server is full"),
        >= 500 => Failed,
        < 300 => new(StoreError.Unavailable, "the server's answer makes no sense") { IsTransient = true },
        < 400 => new(StoreError.InvalidConfiguration, "the account lives elsewhere; check Endpoint"),
        _ => NotTaken,
    };

    private static string Seen(RequestFailedException answer)
    {
        var status = answer.Status.ToString(CultureInfo.InvariantCulture);
        return string.IsNullOrEmpty(answer.ErrorCode) ? status : $"{status} {answer.ErrorCode}";
    }

    private static TimeSpan? RetryAfter(RequestFailedException answer) =>
        int.TryParse(Header(answer, "Retry-After"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;

    private static string? Header(RequestFailedException answer, string name) =>
        answer.GetRawResponse() is { } response && response.Headers.TryGetValue(name, out var value) ? value : null;

    // No answer came: the credentials, the connection, the name or TLS.
    private static StoreException Unanswered(Exception e, string doing)
    {
        var all = ExceptionChain.Of(e).ToArray();
        var broken = all.FirstOrDefault(inner => inner is HttpRequestException or IOException or TimeoutException or SocketException or XmlException);
        return all.Any(inner => inner is CredentialUnavailableException || (inner is AuthenticationFailedException && broken is null))
            ? new StoreException(StoreError.NotAuthenticated,
                $"{doing} failed: no token could be had; set up an identity, or set ConnectionString, AccountKey or SasToken.", e)
            : all.Any(inner => inner is AuthenticationException)
            ? new StoreException(StoreError.Unavailable,
                $"{doing} failed: the server's certificate is not trusted; set CaBundle, or check the endpoint's name.", e)
            : broken is not null
                ? new StoreException(StoreError.Unavailable, $"{doing} failed: the server could not be reached, or its answer was cut off ({broken.Message.TrimEnd('.')}).", e)
                {
                    IsTransient = true,
                }
                : new StoreException(StoreError.Unavailable, $"{doing} failed in a way the SDK does not explain ({e.GetType().Name}).", e);
    }

    private sealed record Verdict(StoreError Error, string Why)
    {
        public bool IsTransient { get; init; }
    }
}
