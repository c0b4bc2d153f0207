using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.Runtime.Internal;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;

namespace GlanceStore.Drivers.S3;

/// <summary>Who a store is to its server.</summary>
internal static class S3Credentials
{
    public static AWSCredentials For(S3DriverOptions options, HttpClientFactory connections, TimeProvider time)
    {
        AWSCredentials own = options.Source switch
        {
            S3CredentialSource.Keys => Of(options.AccessKey!, options.SecretKey!, options.SessionToken),
            S3CredentialSource.Chain => new FoundCredentials(),
            _ => new AnonymousAWSCredentials(),
        };
        return options.RoleArn is null ? own : new AssumedRole(options, own, connections, time);
    }

    public static AWSCredentials Of(string accessKey, string secretKey, string? sessionToken = null) => sessionToken is null
        ? new BasicAWSCredentials(accessKey, secretKey)
        : new SessionAWSCredentials(accessKey, secretKey, sessionToken);

    // The SDK looks when there is a request, not when the store is made: an instance role may not be there yet, or never be needed. What it
    // has found it keeps by itself, and looks again where that was changed.
    private sealed class FoundCredentials : AWSCredentials
    {
        public override ImmutableCredentials GetCredentials() => DefaultAWSCredentialsIdentityResolver.GetCredentials().GetCredentials();

        public override async Task<ImmutableCredentials> GetCredentialsAsync()
        {
            var found = await DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync().ConfigureAwait(false);
            return await found.GetCredentialsAsync().ConfigureAwait(false);
        }
    }

    private sealed class AssumedRole : RefreshingAWSCredentials
    {
        // All requests wait for one that renews the keys: where it hangs, another must get its turn.
        private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

        private readonly S3DriverOptions _options;
        private readonly TimeProvider _time;
        private readonly TokenService _service;

        public AssumedRole(S3DriverOptions options, AWSCredentials own, HttpClientFactory connections, TimeProvider time)
        {
            (_options, _time) = (options, time);
            PreemptExpiryTime = TimeSpan.FromMinutes(5); // a part may take minutes, and its signature must outlive it
            _service = new TokenService(own, ConfigFor(options, connections));
        }

        protected override async Task<CredentialsRefreshState> GenerateNewCredentialsAsync()
        {
            using var limit = new CancellationTokenSource(Limit, _time);
            var answer = await AssumeAsync(limit.Token).ConfigureAwait(false);
            var keys = answer.Credentials;
            return new CredentialsRefreshState(
                new ImmutableCredentials(keys.AccessKeyId, keys.SecretAccessKey, keys.SessionToken), keys.Expiration!.Value.ToUniversalTime());
        }

        private async Task<AssumeRoleResponse> AssumeAsync(CancellationToken limit)
        {
            var request = new AssumeRoleRequest
            {
                RoleArn = _options.RoleArn,
                RoleSessionName = _options.RoleSessionName,
                ExternalId = _options.RoleExternalId,
            };
            try
            {
                return await _service.AssumeRoleAsync(request, limit).ConfigureAwait(false);
            }
            catch (Exception e) when (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"The role was not assumed within {Limit.TotalSeconds} seconds", e);
            }
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
            }.Settled(connections, region);
        }
    }

    private sealed class TokenService(AWSCredentials credentials, AmazonSecurityTokenServiceConfig config) : AmazonSecurityTokenServiceClient(credentials, config)
    {
        protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
        {
            base.CustomizeRuntimePipeline(pipeline);
            pipeline.WithoutRepeats();
        }
    }
}
