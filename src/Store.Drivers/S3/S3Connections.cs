using Amazon.Runtime;
using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.S3;

/// <summary>Gives the SDK the store's one pool of connections.</summary>
internal sealed class S3Connections(S3DriverOptions options) : HttpClientFactory, IDisposable
{
    private readonly HttpClient _client = ServerConnections.Open(options.ConnectTimeout, options.CaBundle, options.CheckCertificate);

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _client;

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    public void Dispose() => _client.Dispose();
}
