using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;

namespace GlanceStore.Benchmarks.Comparison.Contestants;

/// <summary>What the Azure SDK itself does: UploadAsync and DownloadToAsync, with as many transfers at once and blocks as long as the store's.</summary>
internal static class AzureSdk
{
    // The same in every emulator, and no secret anywhere else.
    public const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private const int BlockBytes = 6 << 20; // the store's own

    public static Uri Endpoint { get; } = new($"http://127.0.0.1:{Environment.GetEnvironmentVariable("GLANCESTORE_AZURITE_PORT") ?? "18100"}/devstoreaccount1");

    private static readonly StorageTransferOptions AtOnce = new()
    {
        MaximumConcurrency = 4,
        InitialTransferSize = BlockBytes,
        MaximumTransferSize = BlockBytes,
    };

    // Without its own checksums: Azurite does not take the framing they come in.
    private static readonly BlobClientOptions Options = new(BlobClientOptions.ServiceVersion.V2023_11_03)
    {
        TransferValidation =
        {
            Upload = { ChecksumAlgorithm = StorageChecksumAlgorithm.None },
            Download = { ChecksumAlgorithm = StorageChecksumAlgorithm.None },
        },
    };

    private static readonly BlobServiceClient Service = new(
        Endpoint, new StorageSharedKeyCredential("devstoreaccount1", Key), Options);

    /// <summary>An address that lets rclone in: it makes its own host name of an account's name.</summary>
    public static Uri SignedAddress() => Service.GenerateAccountSasUri(
        AccountSasPermissions.All, TimeProvider.System.GetUtcNow().AddDays(1), AccountSasResourceTypes.All);

    public static async Task RunAsync(string verb, string name)
    {
        var container = Service.GetBlobContainerClient("glancestore-benchmark");
        if (verb == "put")
        {
            await using var file = File.OpenRead(name);
            await container.GetBlobClient("sdk").UploadAsync(file, new BlobUploadOptions { TransferOptions = AtOnce });
            return;
        }

        await container.GetBlobClient(name).DownloadToAsync(Stream.Null, new BlobDownloadToOptions { TransferOptions = AtOnce });
    }
}
