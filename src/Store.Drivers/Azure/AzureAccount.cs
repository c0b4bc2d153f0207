using Azure.Core.Pipeline;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace GlanceStore.Drivers.Azure;

/// <summary>
/// The SDK's clients of an account. The address of a blob is made here, of the same parts as its location, and the SDK takes it as it is:
/// by itself it would guess from the shape of the host whether the path begins with the account.
/// </summary>
internal sealed class AzureAccount
{
    private readonly BlobClientOptions _client;
    private readonly HttpPipeline _pipeline;
    private readonly CustomerProvidedKey? _encryptionKey;
    private readonly string _container;
    private readonly string _query;

    public AzureAccount(AzureDriverOptions options, HttpClient connections)
    {
        _client = AzureClient.ConfigFor(options, connections);
        Service = AzureClient.Create(options, _client);
        Container = Service.GetBlobContainerClient(options.Container);
        Key = KeyOf(options);
        _pipeline = Pipelines.Of(Service);
        _encryptionKey = _client.CustomerProvidedKey;
        _container = $"{options.Place!.Url.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{options.Container}/";
        _query = Service.Uri.Query; // a connection string with a signature
    }

    public BlobServiceClient Service { get; }

    public BlobContainerClient Container { get; }

    /// <summary>The account's key, where the options hold it: what addresses are signed with.</summary>
    public StorageSharedKeyCredential? Key { get; }

    /// <summary>The address of a blob, without a signature.</summary>
    public Uri UrlOf(string blob) => new(_container + blob);

    public BlockBlobClient BlobAt(string blob)
    {
        var client = Blobs.At(new Uri(_container + blob + _query), _client, _pipeline);
        return _encryptionKey is { } key ? client.WithCustomerProvidedKey(key) : client;
    }

    private static StorageSharedKeyCredential? KeyOf(AzureDriverOptions options) => options.Source switch
    {
        AzureCredentialSource.Key => new StorageSharedKeyCredential(options.Account, options.AccountKey),
        AzureCredentialSource.ConnectionString => AzureConnectionString.KeyIn(options.ConnectionString!),
        _ => null,
    };

    // What the SDK opens to its own derived clients alone.
    private abstract class Pipelines : BlobServiceClient
    {
        public static HttpPipeline Of(BlobServiceClient service) => GetHttpPipeline(service);
    }

    private abstract class Blobs : BlockBlobClient
    {
        public static BlockBlobClient At(Uri url, BlobClientOptions client, HttpPipeline pipeline) => CreateClient(url, client, pipeline);
    }
}
