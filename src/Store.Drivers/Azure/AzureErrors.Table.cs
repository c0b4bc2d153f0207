namespace GlanceStore.Drivers.Azure;

/// <content>What the service's codes and statuses mean.</content>
internal static partial class AzureErrors
{
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
    private static readonly Verdict HttpsOnly = new(StoreError.InvalidConfiguration, "the account or the signature takes https only; set an Endpoint of https");
    private static readonly Verdict NoAddress = new(StoreError.InvalidConfiguration, "the service does not take the address; check Endpoint, Container and Prefix");
    private static readonly Verdict NoTier = new(StoreError.InvalidConfiguration, "the account does not take images of that access tier; check AccessTier");
    private static readonly Verdict NoVault = new(StoreError.AccessDenied, "the account cannot get at the key that it encrypts with; ask its owner");

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
        ["LeaseAlreadyPresent"] = Leased,
        ["LeaseAlreadyBroken"] = Leased,
        ["LeaseIsBreakingAndCannotBeAcquired"] = Leased,
        ["LeaseIdMismatchWithLeaseOperation"] = Leased,
        ["LeaseIdMismatchWithContainerOperation"] = Leased,
        ["SnapshotsPresent"] = new(StoreError.AccessDenied, "the blob has snapshots that the account does not let go with it; delete those first"),
        ["OperationNotSupportedOnDirectory"] = new(StoreError.Unsupported, "the name is that of a directory"),
        ["DirectoryNotEmpty"] = new(StoreError.Unsupported, "the name is that of a directory"),
        ["PathConflict"] = new(StoreError.Unsupported, "a part of the name is that of a blob, and of a directory at once"),
        ["ResourceTypeMismatch"] = new(StoreError.Unsupported, "the name is that of something else than a blob"),
        ["BlobOverwritten"] = NotMet,
        ["SourceConditionNotMet"] = NotMet,
        ["UnauthorizedBlobOverwrite"] = new(StoreError.AccessDenied, "the signature may make blobs and not overwrite any, and there is one"),
        ["PendingCopyOperation"] = new(StoreError.Unavailable, "somebody copies to the blob") { IsTransient = true },
        ["BlobImmutableDueToLegalHold"] = new(StoreError.AccessDenied, "a legal hold keeps the blob as it is"),
        ["BlobImmutableDueToPolicy"] = new(StoreError.AccessDenied, "a policy keeps the blob as it is"),
        ["BlobArchived"] = new(StoreError.AccessDenied, "the blob is archived; move it to an online tier first"),
        ["BlobBeingRehydrated"] = new(StoreError.AccessDenied, "the blob is still on its way out of the archive"),
        ["BlobUsesCustomerSpecifiedEncryption"] = new(StoreError.AccessDenied, "the blob is encrypted with another key; set EncryptionKey"),
        ["InvalidBlobType"] = new(StoreError.Unsupported, "the blob is not a block blob"),
        ["AccountIsDisabled"] = new(StoreError.AccessDenied, "the account is disabled; ask its owner"),
        ["AuthorizationFailure"] = Refused,
        ["AuthorizationPermissionMismatch"] = Refused,
        ["AuthorizationProtocolMismatch"] = HttpsOnly,
        ["AuthorizationResourceTypeMismatch"] = Refused,
        ["AuthorizationServiceMismatch"] = new(StoreError.AccessDenied, "the signature is not for blobs"),
        ["AuthorizationSourceIPMismatch"] = new(StoreError.AccessDenied, "the signature is not for this machine's address"),
        ["InsufficientAccountPermissions"] = Refused,
        ["PublicAccessNotPermitted"] = Refused,
        ["AccountRequiresHttps"] = HttpsOnly,
        ["RequestTimeTooSkewed"] = new(StoreError.NotAuthenticated, "this machine's clock differs too much from the service's; set it right"),
        ["AccountBeingCreated"] = new(StoreError.Unavailable, "the account is still being made") { IsTransient = true },
        ["FeatureVersionMismatch"] = new(StoreError.Unsupported, "the account has features that this version of the protocol does not know"),
        ["KeyVaultEncryptionKeyNotFound"] = NoVault,
        ["KeyVaultAccessTokenCannotBeAcquired"] = NoVault,
        ["KeyVaultVaultNotFound"] = NoVault,
        ["KeyBasedAuthenticationNotPermitted"] = new(StoreError.NotAuthenticated, "the account takes no keys; use a token"),
        ["AuthenticationFailed"] = Unknown,
        ["InvalidAuthenticationInfo"] = Unknown,
        ["NoAuthenticationInformation"] = Unknown,
        ["UnsupportedHeader"] = NotTaken,
        ["OutOfRangeInput"] = NoAddress,
        ["InvalidUri"] = NoAddress,
        ["RequestUrlFailedToParse"] = NoAddress,
        ["InvalidBlobTier"] = NoTier,
        ["AccessTierNotSupported"] = NoTier,
        ["AccessTierNotSupportedForAccountType"] = NoTier,
        ["AccessTierNotSupportedForBlobType"] = NoTier,
        ["BlobTierInadequateForContentLength"] = NoTier,
        ["SnapshotOperationRateExceeded"] = Busy,
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

    private static Verdict ByStatus(int status, bool isCoded) => status switch
    {
        401 => Unknown,
        403 => Refused,
        404 => Absent,
        408 => Broken,
        409 when isCoded => new(StoreError.Unavailable, "the state of the blob or of its account does not allow it"),
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

    private sealed record Verdict(StoreError Error, string Why)
    {
        public bool IsTransient { get; init; }
    }
}
