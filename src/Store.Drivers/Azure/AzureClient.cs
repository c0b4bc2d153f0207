using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace GlanceStore.Drivers.Azure;

/// <summary>The SDK's client with what we leave out of it: its retries, its time limits and its checksums.</summary>
internal static class AzureClient
{
    // Not the newest: nothing newer is used, and emulators and sovereign clouds follow later.
    private const BlobClientOptions.ServiceVersion Version = BlobClientOptions.ServiceVersion.V2023_11_03;

    public static BlobServiceClient Create(AzureDriverOptions options, BlobClientOptions client)
    {
        var url = options.Place!.Url;
        return options.Source switch
        {
            AzureCredentialSource.ConnectionString => new BlobServiceClient(options.ConnectionString, client),
            AzureCredentialSource.Key => new BlobServiceClient(url, new StorageSharedKeyCredential(options.Account, options.AccountKey), client),
            AzureCredentialSource.Sas => new BlobServiceClient(url, new AzureSasCredential(options.SasToken!.TrimStart('?')), client),
            AzureCredentialSource.Token => new BlobServiceClient(url, options.TokenCredential, client),
            AzureCredentialSource.Default => new BlobServiceClient(url, DefaultFor(options), client),
            _ => new BlobServiceClient(url, client),
        };
    }

    public static BlobClientOptions ConfigFor(AzureDriverOptions options, HttpClient connections)
    {
        var client = new BlobClientOptions(Version)
        {
            Transport = new HttpClientTransport(connections),
            CustomerProvidedKey = options.EncryptionKey is { } key ? new CustomerProvidedKey(key) : default(CustomerProvidedKey?),
        };
        client.Retry.MaxRetries = 0;
        client.Retry.NetworkTimeout = Timeout.InfiniteTimeSpan;
        client.TransferValidation.Upload.ChecksumAlgorithm = StorageChecksumAlgorithm.None;
        client.TransferValidation.Download.ChecksumAlgorithm = StorageChecksumAlgorithm.None;
        client.AddPolicy(new AzureExchange.Policy(), HttpPipelinePosition.PerCall);
        return client;
    }

    // No browser, and nobody to ask: a service runs by itself.
    private static DefaultAzureCredential DefaultFor(AzureDriverOptions options)
    {
        var identity = new DefaultAzureCredentialOptions
        {
            ExcludeInteractiveBrowserCredential = true,
            ManagedIdentityClientId = options.ManagedIdentityClientId,
            WorkloadIdentityClientId = options.ManagedIdentityClientId,
            TenantId = options.TenantId,
        };
        identity.Retry.MaxRetries = 0; // the front tries again
        return new DefaultAzureCredential(identity);
    }
}
