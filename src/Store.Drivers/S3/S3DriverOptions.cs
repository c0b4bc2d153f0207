using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.S3;

/// <summary>The settings of an S3 store.</summary>
public sealed partial record S3DriverOptions
{
    private const int ShortestSecret = 8; // MinIO takes none that is shorter

    /// <summary>Where the server is: <c>https://host[:port][/path]</c>; without a scheme, https. glance: <c>s3_store_host</c>.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary>The bucket. glance: <c>s3_store_bucket</c>.</summary>
    public string Bucket { get; init; } = "";

    /// <summary>What stands before an image's id in its key, such as <c>images/</c>; empty by default.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The region to sign for; by default the one an AWS endpoint names, else <c>us-east-1</c>. glance: <c>s3_store_region_name</c>.</summary>
    public string? Region { get; init; }

    /// <summary>How the bucket is addressed. glance: <c>s3_store_bucket_url_format</c>.</summary>
    public S3Addressing Addressing { get; init; }

    /// <summary>What is known of the server; by default <c>aws</c> for an AWS endpoint, else <c>generic</c>.</summary>
    public S3Preset? Preset { get; init; }

    /// <summary>The digest the server checks; null for the preset's.</summary>
    public S3Integrity? Integrity { get; init; }

    /// <summary>How a new image is kept from replacing another; null for the preset's.</summary>
    public S3CreateNew? CreateNew { get; init; }

    /// <summary>Who asks; by default the keys where there are any, else what the SDK finds.</summary>
    public S3CredentialSource? Credentials { get; init; }

    /// <summary>The access key. glance: <c>s3_store_access_key</c>.</summary>
    public string? AccessKey { get; init; }

    /// <summary>
    /// Access keys that the same account had before: locations with one of them inside are the store's; one with any other is another account's.
    /// </summary>
    public IReadOnlyList<string> FormerAccessKeys { get; init; } = [];

    /// <summary>The secret key. glance: <c>s3_store_secret_key</c>.</summary>
    public string? SecretKey { get; init; }

    /// <summary>The token that belongs to temporary keys.</summary>
    public string? SessionToken { get; init; }

    /// <summary>The role to assume with those credentials, an ARN; renewed while uploads run.</summary>
    public string? RoleArn { get; init; }

    /// <summary>The name of the assumed role's sessions.</summary>
    public string RoleSessionName { get; init; } = "glance-store";

    /// <summary>The external id the role demands.</summary>
    public string? RoleExternalId { get; init; }

    /// <summary>Where the role is assumed; by default the region's STS of AWS.</summary>
    public string? StsEndpoint { get; init; }

    /// <summary>The storage class of new images; the bucket's own by default.</summary>
    public string? StorageClass { get; init; }

    /// <summary>The server-side encryption of new images: <c>AES256</c> or <c>aws:kms</c>; the bucket's own by default.</summary>
    public string? ServerSideEncryption { get; init; }

    /// <summary>The key of <c>aws:kms</c>; the account's own by default.</summary>
    public string? KmsKeyId { get; init; }

    /// <summary>Whether a put makes the bucket where there is none. glance: <c>s3_store_create_bucket_on_put</c>.</summary>
    public bool CreateBucket { get; init; }

    /// <summary>A file of PEM certificates to trust instead of the system's. glance: <c>s3_store_cacert</c>.</summary>
    public string? CaBundle { get; init; }

    /// <summary>Whether the server's certificate is checked; true by default.</summary>
    public bool CheckCertificate { get; init; } = true;

    /// <summary>How long making a connection may take; 10 seconds by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many parts of one image may be under way at once; 4 by default. glance: <c>s3_store_thread_pools</c>.</summary>
    public int MaxParallelParts { get; init; } = 4;

    /// <summary>The fewest bytes of a part that is not the last; 5 MiB by default, which AWS and most servers insist on.</summary>
    public long MinPartBytes { get; init; } = 5 << 20;

    /// <summary>
    /// Whether the driver tells <see cref="ILegacyUri"/>: locations with the keys inside, as Python nodes up to glance_store 5.4 need them.
    /// </summary>
    public bool LegacyUris { get; init; }

    /// <summary>The record without its secrets.</summary>
    public override string ToString() => $"S3 bucket '{Bucket}' at {Endpoint}";

    /// <summary>What is wrong with these options, one sentence each; empty where nothing is.</summary>
    public IReadOnlyList<string> Mistakes() => [.. PlaceMistakes(), .. CredentialMistakes(), .. TransportMistakes()];

    private IEnumerable<string> PlaceMistakes()
    {
        if (S3Endpoint.Parse(Endpoint) is not { } endpoint)
        {
            yield return "'Endpoint' is not the URL of a server, such as https://s3.example.org";
        }
        else if (Addressing == S3Addressing.Virtual && !S3Endpoint.IsHostName(Bucket))
        {
            yield return $"'Bucket' cannot be a part of the host name of {endpoint.Host}, which 'Addressing' virtual makes it";
        }

        if (Bucket.Length is < 3 or > 255 || !Bucket.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_'))
        {
            yield return "'Bucket' is not the name of a bucket: 3 to 255 letters, digits, '-', '.' and '_'";
        }

        if (!S3Locations.IsPrefix(Prefix))
        {
            yield return "'Prefix' is not made of letters, digits, '-', '.', '_', '~' and single '/', the first no '/'";
        }
    }

    private IEnumerable<string> CredentialMistakes()
    {
        if (string.IsNullOrEmpty(AccessKey) != string.IsNullOrEmpty(SecretKey))
        {
            yield return "'AccessKey' and 'SecretKey' are not both set";
        }

        if (Credentials == S3CredentialSource.Keys && string.IsNullOrEmpty(AccessKey))
        {
            yield return "'Credentials' is keys and there is no 'AccessKey'";
        }

        if (RoleArn is not null && Source is S3CredentialSource.Anonymous or S3CredentialSource.Location)
        {
            yield return "'RoleArn' is not assumed without credentials of the store's own";
        }

        if (StsEndpoint is not null && S3Endpoint.Parse(StsEndpoint) is null)
        {
            yield return "'StsEndpoint' is not the URL of a server, such as https://sts.example.org";
        }

        if (LegacyUris && Source != S3CredentialSource.Keys)
        {
            yield return "'LegacyUris' is set and there are no keys to write into them";
        }
    }

    private IEnumerable<string> TransportMistakes()
    {
        if (MaxParallelParts is < 1 or > 1000)
        {
            yield return "'MaxParallelParts' is not a whole number from 1 to 1000";
        }

        if (MinPartBytes is < 1 or > 1 << 30)
        {
            yield return "'MinPartBytes' is not a whole number from 1 to 1073741824";
        }

        if (!ServerConnections.IsConnectTimeout(ConnectTimeout))
        {
            yield return "'ConnectTimeout' is not a positive time span of at most 24 days";
        }

        if (CaBundle is not null && TrustedAuthorities.Fault(CaBundle) is { } fault)
        {
            yield return $"'CaBundle' names {CaBundle}, and {fault}";
        }

        if (ServerSideEncryption is not (null or "AES256" or "aws:kms"))
        {
            yield return "'ServerSideEncryption' is not AES256 or aws:kms";
        }

        if (KmsKeyId is not null && ServerSideEncryption != "aws:kms")
        {
            yield return "'KmsKeyId' is set and 'ServerSideEncryption' is not aws:kms";
        }
    }

    /// <summary>How many unfinished uploads one answer lists: the most that S3 allows.</summary>
    internal int UploadsPerPage { get; init; } = 1000;

    /// <summary>What no message may repeat, whoever wrote it; of shorter texts, which no server takes for a secret, every word would be full.</summary>
    internal IReadOnlyList<string> Secrets =>
        [.. new[] { SecretKey, SessionToken, AccessKey, RoleExternalId }.OfType<string>().Where(text => text.Length >= ShortestSecret)];

    internal S3Preset KnownAs => Preset
        ?? (S3Endpoint.Parse(Endpoint) is { IsAws: true } ? S3Preset.Find("aws")! : S3Preset.Generic);

    internal S3Integrity CheckedBy => Integrity ?? KnownAs.Integrity;

    internal S3CreateNew CreatesBy => CreateNew ?? KnownAs.CreateNew;

    internal S3CredentialSource Source => Credentials ?? (string.IsNullOrEmpty(AccessKey) ? S3CredentialSource.Chain : S3CredentialSource.Keys);
}

/// <summary>How a bucket is addressed.</summary>
public enum S3Addressing
{
    /// <summary><see cref="Virtual"/> at AWS where the bucket's name allows it, else <see cref="Path"/>.</summary>
    Auto,

    /// <summary><c>host/bucket/key</c>.</summary>
    Path,

    /// <summary><c>bucket.host/key</c>.</summary>
    Virtual,
}

/// <summary>Where a store's credentials come from.</summary>
public enum S3CredentialSource
{
    /// <summary>The options' own <see cref="S3DriverOptions.AccessKey"/> and <see cref="S3DriverOptions.SecretKey"/>.</summary>
    Keys,

    /// <summary>What the SDK finds: environment, profile, web identity, container, instance.</summary>
    Chain,

    /// <summary>None: requests are not signed.</summary>
    Anonymous,

    /// <summary>The keys inside each location's URI, as the older dialect has them; for reading what Python nodes wrote.</summary>
    Location,
}
