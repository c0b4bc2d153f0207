using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.Runtime.Internal.Util;
using Amazon.S3;
using Amazon.S3.Endpoints;
using Amazon.S3.Internal;

namespace GlanceStore.Drivers.S3;

/// <summary>The SDK's client with what we leave out of it: its retries, its redirects, its checksums and its hashing of bodies.</summary>
internal sealed class S3Client(AWSCredentials credentials, AmazonS3Config config) : AmazonS3Client(credentials, config)
{
    // Set before the base class makes the pipeline.
    private readonly AWSCredentials _credentials = credentials;

    public static S3Client Create(S3DriverOptions options, AWSCredentials credentials, HttpClientFactory connections) =>
        new(credentials, ConfigFor(options, connections));

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        base.CustomizeRuntimePipeline(pipeline);
        pipeline.WithoutRepeats();
        pipeline.RemoveHandler<AmazonS3RedirectHandler>();
        pipeline.RemoveHandler<AmazonS3ResponseHandler>();
        pipeline.ReplaceHandler<AmazonS3EndpointResolver>(new OneEndpoint());
        pipeline.ReplaceHandler<AmazonS3AuthSchemeHandler>(new OneScheme());
        pipeline.AddHandlerBefore<Signer>(new BodyDigestHandler());
        if (_credentials is not AnonymousAWSCredentials)
        {
            pipeline.AddHandler(new CredentialsFirst(_credentials));
        }
    }

    private static AmazonS3Config ConfigFor(S3DriverOptions options, HttpClientFactory connections)
    {
        var endpoint = S3Endpoint.Parse(options.Endpoint)!;
        var region = options.Region ?? endpoint.Region ?? "us-east-1";
        return new AmazonS3Config
        {
            ServiceURL = endpoint.Url.ToString(),
            EndpointProvider = new S3EndpointProvider(endpoint.UrlOf(options.Bucket, options.Addressing), region),
            ForcePathStyle = endpoint.AddressesByPath(options.Addressing, options.Bucket),
            BufferSize = 128 << 10,
            UseArnRegion = false,
            DisableMultiregionAccessPoints = true,
            DisableS3ExpressSessionAuth = true,
            USEast1RegionalEndpointValue = S3UsEast1RegionalEndpointValue.Regional,
        }.Settled(connections, region);
    }

    // The SDK asks every request for what its endpoint may depend on, in one generated method so large that compiling it again once it is
    // called often takes 20 MiB. Ours depends on nothing.
    private sealed class OneEndpoint : AmazonS3EndpointResolver
    {
        protected override EndpointParameters MapEndpointsParameters(IRequestContext requestContext) => new S3EndpointParameters();
    }

    private sealed class OneScheme : AmazonS3AuthSchemeHandler
    {
        private readonly OneEndpoint _endpoint = new();

        protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) =>
            RetrieveSchemesFromEndpoint(_endpoint.GetEndpoint(executionContext));
    }

    // The SDK waits for keys (of a role, of an instance) whatever the caller's token says. So they are there before it asks.
    private sealed class CredentialsFirst(AWSCredentials credentials) : PipelineHandler
    {
        public override async Task<T> InvokeAsync<T>(IExecutionContext executionContext)
        {
            await credentials.GetCredentialsAsync().WaitAsync(executionContext.RequestContext.CancellationToken).ConfigureAwait(false);
            return await base.InvokeAsync<T>(executionContext).ConfigureAwait(false);
        }
    }

    // The signer takes a digest that is known already instead of reading the body for one more. It travels with the body: requests of
    // derived types would carry it more plainly, but the SDK finds endpoints by the name of a request's type.
    private sealed class BodyDigestHandler : PipelineHandler
    {
        public override Task<T> InvokeAsync<T>(IExecutionContext executionContext)
        {
            var request = executionContext.RequestContext.Request;
            if (WrapperStream.SearchWrappedStream(request.ContentStream, stream => stream is S3Body) is S3Body body)
            {
                request.DisablePayloadSigning = false;
                request.PrecomputedContentSha256 = body.ContentSha256;
            }

            return base.InvokeAsync<T>(executionContext);
        }
    }
}
