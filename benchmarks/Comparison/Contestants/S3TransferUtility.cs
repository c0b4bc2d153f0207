using Amazon.S3;
using Amazon.S3.Transfer;

namespace GlanceStore.Benchmarks.Comparison.Contestants;

/// <summary>What the AWS SDK itself does: its TransferUtility with its defaults, which computes no digest of the image.</summary>
internal static class S3TransferUtility
{
    private const string Bucket = "glancestore-benchmark";

    public static async Task RunAsync(string verb, string name)
    {
        var config = new AmazonS3Config
        {
            ServiceURL = "http://127.0.0.1:18300",
            ForcePathStyle = true,
            RequestChecksumCalculation = Amazon.Runtime.RequestChecksumCalculation.WHEN_REQUIRED,
        };
        using var client = new AmazonS3Client("testaccess", "testsecret", config);
        using var transfers = new TransferUtility(client);
        if (verb == "put")
        {
            await transfers.UploadAsync(new TransferUtilityUploadRequest { BucketName = Bucket, Key = "sdk", FilePath = name, DisablePayloadSigning = false });
            return;
        }

        await using var body = await transfers.OpenStreamAsync(Bucket, name);
        await body.CopyToAsync(Stream.Null);
    }
}
