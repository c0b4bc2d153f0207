using Amazon.Runtime.Endpoints;

namespace GlanceStore.Drivers.S3;

/// <summary>Tells the SDK the one address the options give, in place of the rules it would evaluate for each request.</summary>
internal sealed class S3EndpointProvider(string url, string region) : IEndpointProvider
{
    // What the SDK's own rules say of every bucket: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "URI encode" once.
    private readonly string _attributes =
        $$"""{"authSchemes":[{"name":"sigv4","signingName":"s3","signingRegion":"{{region}}","disableDoubleEncoding":true}]}""";

    public Endpoint ResolveEndpoint(EndpointParameters parameters) => new(url, _attributes, "{}");
}
