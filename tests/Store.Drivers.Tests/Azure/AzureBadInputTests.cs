using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Sas;

namespace GlanceStore.Drivers.Azure;

/// <summary>What an operator gets wrong, and what others do to the blob, against Azurite: each its own error, and none of them tried again in vain.</summary>
[TestClass]
public sealed class AzureBadInputTests
{
    private static readonly ImageStoreOptions Quick = new() { ChunkBytes = 64 << 10, RetryDelay = TimeSpan.Zero, MaxAttempts = 3 };

    private AzureDriverOptions _place = null!;

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Cancellation => TestContext.CancellationToken;

    [TestInitialize]
    public async Task StartAsync()
    {
        AzuriteServer.Require();
        _place = await AzuriteServer.NewPlaceAsync();
    }

    [TestCleanup]
    public async Task StopAsync()
    {
        if (_place is not null)
        {
            await AzuriteServer.RemoveEverythingAsync(AzuriteServer.Client, _place.Prefix);
        }
    }

    [TestMethod]
    [DataRow("find")]
    [DataRow("put")]
    [DataRow("read")]
    [DataRow("delete")]
    public async Task A_wrong_key_is_NotAuthenticated_and_is_not_told(string verb)
    {
        var key = Convert.ToBase64String(new byte[64]);
        var error = await FailureOfAsync(_place with { AccountKey = key }, verb);
        Assert.AreEqual(StoreError.NotAuthenticated, error.Error, error.Message);
        Assert.DoesNotContain(key, error.ToString());
    }

    [TestMethod]
    [DataRow("find")]
    [DataRow("put")]
    [DataRow("read")]
    public async Task An_expired_SAS_is_refused_and_is_not_told(string verb)
    {
        var token = Sas(BlobContainerSasPermissions.All, TimeSpan.FromHours(-1));
        var error = await FailureOfAsync(_place with { AccountKey = null, SasToken = token }, verb);
        Assert.AreEqual(StoreError.NotAuthenticated, error.Error, error.Message);
        Assert.DoesNotContain(token[token.IndexOf("sig=", StringComparison.Ordinal)..], error.ToString());
    }

    [TestMethod]
    public async Task A_SAS_that_may_only_read_reads_and_is_refused_a_put()
    {
        var receipt = await SeedAsync(_place, 100);
        var reader = _place with { AccountKey = null, SasToken = "?" + Sas(BlobContainerSasPermissions.Read, TimeSpan.FromHours(1)) };
        await using var store = new ImageStore("s", new AzureDriver(reader), Quick);
        Assert.AreEqual(100, (await store.FindAsync(receipt.Location, Cancellation))!.Size);
        var error = await FailureOfAsync(reader, "put");
        Assert.AreEqual(StoreError.AccessDenied, error.Error, error.Message);
    }

    [TestMethod]
    public async Task Nobody_is_let_into_a_container_that_is_not_open_to_everybody()
    {
        var error = await FailureOfAsync(_place with { AccountKey = null, Credentials = AzureCredentialSource.Anonymous }, "read");
        Assert.Contains(error.Error, new[] { StoreError.AccessDenied, StoreError.NotAuthenticated, StoreError.NotFound });
    }

    [TestMethod]
    [DataRow("find")]
    [DataRow("put")]
    [DataRow("put large")]
    [DataRow("read")]
    [DataRow("delete")]
    public async Task A_missing_container_is_InvalidConfiguration_and_not_a_missing_image(string verb)
    {
        var error = await FailureOfAsync(_place with { Container = $"missing-{Guid.NewGuid():N}" }, verb);
        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error, error.Message);
        Assert.Contains("CreateContainer", error.Message);
    }

    [TestMethod]
    [DataRow("replace")]
    [DataRow("replace large")]
    [DataRow("delete")]
    public async Task A_lease_that_somebody_holds_is_AccessDenied_and_the_image_stays(string verb)
    {
        var receipt = await SeedAsync(_place, 100);
        var lease = AzuriteServer.Client.GetBlobClient(_place.Prefix + "image").GetBlobLeaseClient();
        await lease.AcquireAsync(TimeSpan.FromSeconds(60), null, Cancellation);
        try
        {
            var error = await FailureOfAsync(_place, verb);
            Assert.AreEqual(StoreError.AccessDenied, error.Error, error.Message);
            Assert.Contains("lease", error.Message);
            await using var store = new ImageStore("s", new AzureDriver(_place), Quick);
            Assert.AreEqual(100, (await store.FindAsync(receipt.Location, Cancellation))!.Size);
        }
        finally
        {
            await lease.ReleaseAsync(null, Cancellation);
        }
    }

    [TestMethod]
    public async Task A_blob_replaced_while_it_is_read_is_Changed_and_never_spliced()
    {
        var receipt = await SeedAsync(_place, 300_000);
        await using var driver = new AzureDriver(_place);
        await using (var first = await driver.OpenReadAsync(receipt.Location, new ReadIntent(new ByteRange(0, 1000)), Cancellation))
        {
            await SeedAsync(_place, 300_000);
            var error = await Assert.ThrowsExactlyAsync<StoreException>(async () => await driver.OpenReadAsync(
                receipt.Location, new ReadIntent(new ByteRange(1000, 1000), first.Object.VersionTag), Cancellation));
            Assert.AreEqual(StoreError.Changed, error.Error);
            Assert.IsFalse(error.IsTransient);
        }
    }

    [TestMethod]
    public async Task A_server_whose_certificate_nobody_vouches_for_is_refused()
    {
        var place = await AzuriteServer.NewTlsPlaceAsync() with { CaBundle = null };
        var error = await FailureOfAsync(place, "find");
        Assert.AreEqual(StoreError.Unavailable, error.Error);
        Assert.Contains("CaBundle", error.Message);
    }

    [TestMethod]
    public async Task Nothing_that_listens_is_Unavailable_and_may_pass()
    {
        var error = await FailureOfAsync(_place with { Endpoint = "http://127.0.0.1:1/devstoreaccount1" }, "find");
        Assert.AreEqual(StoreError.Unavailable, error.Error);
        Assert.AreEqual(3, error.Attempts);
    }

    private static string Sas(BlobContainerSasPermissions permissions, TimeSpan lifetime)
    {
        var now = TimeProvider.System.GetUtcNow();
        var builder = new BlobSasBuilder(permissions, now + lifetime)
        {
            BlobContainerName = AzuriteServer.Container,
            Resource = "c",
            StartsOn = now.AddHours(-2),
        };
        return AzuriteServer.Client.GenerateSasUri(builder).Query.TrimStart('?');
    }

    private async Task<ImageReceipt> SeedAsync(AzureDriverOptions place, int length)
    {
        await using var store = new ImageStore("s", new AzureDriver(place), Quick);
        return await store.PutAsync(new ImageId("image"), new MemoryStream(new byte[length]), new PutOptions { Mode = WriteMode.Replace }, Cancellation);
    }

    private async Task<StoreException> FailureOfAsync(AzureDriverOptions place, string verb)
    {
        await using var store = new ImageStore("s", new AzureDriver(place), Quick);
        var location = store.LocationOf(new ImageId("image"));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => verb.Split(' ')[0] switch
        {
            "find" => (Task)store.FindAsync(location, Cancellation),
            "read" => store.OpenReadAsync(location, null, Cancellation),
            "delete" => store.DeleteAsync(location, cancellationToken: Cancellation),
            var put => store.PutAsync(new ImageId("image"), new MemoryStream(new byte[verb.EndsWith("large", StringComparison.Ordinal) ? 200_000 : 10]),
                new PutOptions { Mode = put == "replace" ? WriteMode.Replace : WriteMode.CreateNew }, Cancellation),
        });
        Assert.AreEqual(error.IsTransient, error.Attempts > 1, "Only what may pass is tried again.");
        return error;
    }
}
