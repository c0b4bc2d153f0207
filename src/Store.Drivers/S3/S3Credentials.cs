using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;

namespace GlanceStore.Drivers.S3;

/// <summary>Who a store is to its server.</summary>
internal static class S3Credentials
{
    public static AWSCredentials For(S3DriverOptions options, HttpClientFactory connections)
    {
        AWSCredentials own = options.Source switch
        {
            S3CredentialSource.Keys => Of(options.AccessKey!, options.SecretKey!, options.SessionToken),
            S3CredentialSource.Chain => new FoundCredentials(),
            _ => new AnonymousAWSCredentials(),
        };
        return options.RoleArn is null ? own : new AssumedRole(options, own, connections);
    }

    public static AWSCredentials Of(string accessKey, string secretKey, string? sessionToken = null) => sessionToken is null
        ? new BasicAWSCredentials(accessKey, secretKey)
        : new SessionAWSCredentials(accessKey, secretKey, sessionToken);

    // The SDK looks at the first request, not when the store is made: an instance role may not be there yet, or never be needed.
    private sealed class FoundCredentials : AWSCredentials
    {
        private readonly Lazy<AWSCredentials> _found = new(() => DefaultAWSCredentialsIdentityResolver.GetCredentials());

        public override ImmutableCredentials GetCredentials() => _found.Value.GetCredentials();

        public override Task<ImmutableCredentials> GetCredentialsAsync() => _found.Value.GetCredentialsAsync();
    }

    private sealed class AssumedRole : RefreshingAWSCredentials
    {
        private readonly S3DriverOptions _options;
        private readonly AmazonSecurityTokenServiceClient _service;

        public AssumedRole(S3DriverOptions options, AWSCredentials own, HttpClientFactory connections)
        {
            _options = options;
            PreemptExpiryTime = TimeSpan.FromMinutes(5); // a part may take minutes, and its signature must outlive it
            _service = new AmazonSecurityTokenServiceClient(own, ConfigFor(options, connections));
        }

        protected override async Task<CredentialsRefreshState> GenerateNewCredentialsAsync()
        {
            var answer = await _service.AssumeRoleAsync(new AssumeRoleRequest
            {
                RoleArn = _options.RoleArn,
                RoleSessionName = _options.RoleSessionName,
                ExternalId = _options.RoleExternalId,
            }).ConfigureAwait(false);
            var keys = answer.Credentials;
            return new CredentialsRefreshState(
                new ImmutableCredentials(keys.AccessKeyId, keys.SecretAccessKey, keys.SessionToken), keys.Expiration!.Value.ToUniversalTime());
        }

        protected override void Dispose(bool disposing)
        {
            _service.Dispose();
            base.Dispose(disposing);
        }

        private static AmazonSecurityTokenServiceConfig ConfigFor(S3DriverOptions options, HttpClientFactory connections)
        {
            var region = options.Region ?? S3Endpoint.Parse(options.Endpoint)!.Region ?? "us-east-1";
            return new AmazonSecurityTokenServiceConfig
            {
                ServiceURL = options.StsEndpoint is { } endpoint ? S3Endpoint.Parse(endpoint)!.Url.ToString() : $"https://sts.{region}.amazonaws.com",
                AuthenticationRegion = region,
                HttpClientFactory = connections,
                IgnoreConfiguredEndpointUrls = true,
                MaxErrorRetry = 0,
            };
        }
    }
}
