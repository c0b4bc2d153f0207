using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace GlanceStore.Drivers.S3;

/// <summary>What every client of the SDK is told, so that nothing is left for it to look up or to decide.</summary>
internal static class SdkSettings
{
    /// <summary>
    /// Says all that the SDK would otherwise look up in <c>AWS_*</c> and <c>~/.aws</c>: a store is what its own settings say, and a file that
    /// nobody asked for, which the SDK may not even be able to read, has no part in it.
    /// </summary>
    public static T Settled<T>(this T config, HttpClientFactory connections, string region) where T : ClientConfig
    {
        config.IgnoreConfiguredEndpointUrls = true;
        config.DefaultConfigurationMode = DefaultConfigurationMode.Standard;
        config.RetryMode = RequestRetryMode.Standard;
        config.MaxErrorRetry = 0;
        config.MaxStaleConnectionRetries = 0;
        config.AllowAutoRedirect = true; // the connections follow none, and said so the SDK takes the answer for the error that it is
        config.AuthenticationRegion = region;
        config.HttpClientFactory = connections;
        config.RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED;
        config.ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED;
        config.AuthSchemePreference = [];
        config.SigV4aSigningRegionSet = [];
        config.AccountIdEndpointMode = AccountIdEndpointMode.DISABLED;
        config.UseDualstackEndpoint = false;
        config.UseFIPSEndpoint = false;
        config.DisableRequestCompression = true;
        config.RequestMinCompressionSizeBytes = 0;
        config.DisableClockSkewCorrection = false;
        config.EndpointDiscoveryEnabled = false;
        config.ClientAppId = "";
        return config;
    }

    /// <summary>Takes out of a client what repeats requests and what reports them to others; the front repeats, and it tells.</summary>
    public static void WithoutRepeats(this RuntimePipeline pipeline)
    {
        pipeline.RemoveHandler<RetryHandler>();
        if (pipeline.Handlers.Any(handler => handler is CSMCallAttemptHandler))
        {
            pipeline.RemoveHandler<CSMCallAttemptHandler>();
            pipeline.RemoveHandler<CSMCallEventHandler>();
        }
    }
}
