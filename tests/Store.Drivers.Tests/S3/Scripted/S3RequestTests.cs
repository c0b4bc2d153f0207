using System.Globalization;
using System.Net;
using Amazon.Runtime;
using GlanceStore.Conformance;

namespace GlanceStore.Drivers.S3.Scripted;

/// <summary>What the driver asks for, where only the request can show it.</summary>
[TestClass]
public sealed class S3RequestTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(1, "Put")]
    [DataRow(3, "Begin")]
    public async Task Storage_class_and_encryption_are_asked_for_of_every_new_object(int chunks, string operation)
    {
        await using var server = new ScriptedS3();
        var options = server.Options with { StorageClass = "STANDARD_IA", ServerSideEncryption = "aws:kms", KmsKeyId = "key-1" };
        await using var store = new ImageStore("s", new S3Driver(options), new ImageStoreOptions { ChunkBytes = 64 << 10 });
        await store.PutAsync(ImageId.New(), new MemoryStream(new byte[chunks * (64 << 10)]), null, TestContext.CancellationToken);
        var request = server.Requests.Single(request => request.Operation == operation);
        Assert.AreEqual("STANDARD_IA", request.Header("x-amz-storage-class"));
        Assert.AreEqual("aws:kms", request.Header("x-amz-server-side-encryption"));
        Assert.AreEqual("key-1", request.Header("x-amz-server-side-encryption-aws-kms-key-id"));
    }

    [TestMethod]
    [DataRow("https://s3.eu-west-1.amazonaws.com", S3Addressing.Auto, "https://images.s3.eu-west-1.amazonaws.com/a")]
    [DataRow("https://s3.eu-west-1.amazonaws.com", S3Addressing.Path, "https://s3.eu-west-1.amazonaws.com/images/a")]
    [DataRow("http://store.example.org:8080", S3Addressing.Auto, "http://store.example.org:8080/images/a")]
    [DataRow("http://store.example.org:8080", S3Addressing.Virtual, "http://images.store.example.org:8080/a")]
    [DataRow("https://store.example.org/under", S3Addressing.Path, "https://store.example.org/under/images/a")]
    public async Task A_bucket_is_addressed_as_the_options_say(string endpoint, S3Addressing addressing, string url)
    {
        using var network = new RecordingNetwork();
        var options = new S3DriverOptions { Endpoint = endpoint, Bucket = "images", AccessKey = "AK", SecretKey = "SK", Addressing = addressing };
        using var client = S3Client.Create(options, new BasicAWSCredentials("AK", "SK"), network);
        await client.DeleteObjectAsync("images", "a", TestContext.CancellationToken);
        Assert.AreEqual(url, network.Request!.RequestUri!.AbsoluteUri);
        Assert.Contains(endpoint.Contains("eu-west-1", StringComparison.Ordinal) ? "/eu-west-1/s3/" : "/us-east-1/s3/", Authorization(network.Request));
    }

    [TestMethod]
    public async Task Nothing_is_signed_for_an_anonymous_caller()
    {
        using var network = new RecordingNetwork();
        var options = new S3DriverOptions { Endpoint = "https://store.example.org", Bucket = "images", Credentials = S3CredentialSource.Anonymous };
        using var client = S3Client.Create(options, new AnonymousAWSCredentials(), network);
        await client.DeleteObjectAsync("images", "a", TestContext.CancellationToken);
        Assert.IsFalse(network.Request!.Headers.Contains("Authorization"));
    }

    [TestMethod]
    public async Task A_verified_range_moves_the_chunks_that_hold_it_and_no_others()
    {
        const int ChunkBytes = 64 << 10;
        await using var server = new ScriptedS3();
        await using var store = new ImageStore("s", new S3Driver(server.Options), new ImageStoreOptions { ChunkBytes = ChunkBytes });
        var receipt = await store.PutAsync(ImageId.New(), new MemoryStream(new byte[100 * ChunkBytes]), null, TestContext.CancellationToken);
        var options = new ReadOptions { Manifest = receipt.Chunks, Range = new ByteRange((50 * ChunkBytes) - 10, 20) };
        await using var stream = await store.OpenReadAsync(receipt.Location, options, TestContext.CancellationToken);
        await stream.ReadExactlyAsync(new byte[20], TestContext.CancellationToken);
        var moved = server.Requests.Where(request => request.Operation == "Get").Sum(request => LengthOf(request.Header("Range")!));
        Assert.AreEqual(2 * ChunkBytes, moved);
    }

    private static long LengthOf(string range)
    {
        var ends = range["bytes=".Length..].Split('-');
        return long.Parse(ends[1], CultureInfo.InvariantCulture) - long.Parse(ends[0], CultureInfo.InvariantCulture) + 1;
    }

    private static string Authorization(HttpRequestMessage request) => request.Headers.GetValues("Authorization").Single();

    private sealed class RecordingNetwork : HttpClientFactory, IDisposable
    {
        private readonly HttpClient _client;

        public RecordingNetwork() => _client = new HttpClient(new Handler(this));

        public HttpRequestMessage? Request { get; private set; }

        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _client;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

        public void Dispose() => _client.Dispose();

        private sealed class Handler(RecordingNetwork network) : HttpMessageHandler
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                network.Request = request;
                return Task.FromResult(new HttpResponseMessage(HttpStatusCode.NoContent) { Content = new ByteArrayContent([]) });
            }
        }
    }
}
