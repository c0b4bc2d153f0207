using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace GlanceStore.Drivers.S3;

/// <summary>A real server as the tests see it: where it is, and the SDK's own client to look behind the driver.</summary>
public sealed class S3Server : IDisposable
{
    private readonly Lazy<string?> _skipReason;
    private readonly Lazy<Task> _bucket;

    private S3Server(string name, string variable, string standard, string accessKey, string secretKey)
    {
        Name = name;
        Endpoint = Environment.GetEnvironmentVariable(variable) is { Length: > 0 } set ? set : standard;
        (AccessKey, SecretKey) = (accessKey, secretKey);
        Client = new AmazonS3Client(new BasicAWSCredentials(accessKey, secretKey), new AmazonS3Config
        {
            ServiceURL = Endpoint,
            AuthenticationRegion = "us-east-1",
            ForcePathStyle = true,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
        _skipReason = new Lazy<string?>(() => Answers() ? null : $"nothing listens at {Endpoint}; start it with tests/servers/{name}/server start");
        _bucket = new Lazy<Task>(MakeBucketAsync);
    }

    /// <summary>The RADOS gateway of Ceph.</summary>
    public static S3Server Ceph { get; } = new("ceph", "GLANCESTORE_CEPH_URL", "http://127.0.0.1:18300", "testaccess", "testsecret");

    /// <summary>The s3api of OpenStack Swift.</summary>
    public static S3Server Swift { get; } = new("swift", "GLANCESTORE_SWIFT_URL", "http://127.0.0.1:18080", "test:tester", "testing");

    public static string Bucket => "glancestore-tests";

    public string Name { get; }

    public string Endpoint { get; }

    public string AccessKey { get; }

    public string SecretKey { get; }

    public AmazonS3Client Client { get; }

    public string? SkipReason => _skipReason.Value;

    /// <summary>A place of its own in the shared bucket, which is made where it is not there.</summary>
    public async Task<S3DriverOptions> NewPlaceAsync()
    {
        await _bucket.Value;
        return new S3DriverOptions
        {
            Endpoint = Endpoint,
            Bucket = Bucket,
            Prefix = $"{Guid.NewGuid():N}/",
            Preset = S3Preset.Find(Name),
            AccessKey = AccessKey,
            SecretKey = SecretKey,
            MinPartBytes = 64 << 10,
        };
    }

    /// <summary>Objects and unfinished uploads below a prefix.</summary>
    public async Task<IReadOnlyCollection<string>> ListEverythingAsync(string prefix)
    {
        var names = new List<string>();
        var request = new ListObjectsV2Request { BucketName = Bucket, Prefix = prefix };
        var page = await Client.ListObjectsV2Async(request);
        names.AddRange(page.S3Objects?.Select(found => found.Key) ?? []);
        names.AddRange((await UploadsAsync(prefix)).Select(found => $"{found.Key} (upload {found.UploadId})"));
        return names;
    }

    /// <summary>Removes everything below a prefix.</summary>
    public async Task RemoveEverythingAsync(string prefix)
    {
        foreach (var upload in await UploadsAsync(prefix))
        {
            await Client.AbortMultipartUploadAsync(Bucket, upload.Key, upload.UploadId);
        }

        var page = await Client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket, Prefix = prefix });
        foreach (var found in page.S3Objects ?? [])
        {
            await Client.DeleteObjectAsync(Bucket, found.Key);
        }
    }

    public void Dispose() => Client.Dispose();

    private async Task<IReadOnlyList<MultipartUpload>> UploadsAsync(string prefix) =>
        (await Client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = Bucket, Prefix = prefix })).MultipartUploads ?? [];

    private async Task MakeBucketAsync()
    {
        try
        {
            await Client.PutBucketAsync(Bucket);
        }
        catch (BucketAlreadyOwnedByYouException)
        {
            // an earlier run made it
        }
    }

    private bool Answers()
    {
        try
        {
            var url = new Uri(Endpoint);
            using var socket = new TcpClient(url.Host, url.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
