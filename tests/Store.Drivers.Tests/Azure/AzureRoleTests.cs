namespace GlanceStore.Drivers.Azure;

/// <summary>Signed addresses, with the account's key and with a token.</summary>
[TestClass]
public sealed class AzureRoleTests
{
    private static readonly AzureDriverOptions Nowhere = new() { AccountName = "account", Container = "images", AccountKey = "c2VjcmV0" };

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Cancellation => TestContext.CancellationToken;

    [TestMethod]
    [DataRow("key")]
    [DataRow("connection string")]
    [DataRow("token")]
    public async Task A_direct_url_reads_the_image_without_credentials(string credentials)
    {
        AzuriteServer.Require();
        var place = credentials switch
        {
            "token" => await AzuriteServer.NewTlsPlaceAsync(),
            "key" => await AzuriteServer.NewPlaceAsync(),
            _ => await AzuriteServer.NewPlaceAsync() with
            {
                Endpoint = "",
                AccountKey = null,
                ConnectionString = $"AccountName={AzuriteServer.Account};AccountKey={AzuriteServer.Key};BlobEndpoint={AzuriteServer.Url}",
            },
        };
        await using var driver = new AzureDriver(place);
        await using var store = new ImageStore("s", driver);
        var receipt = await store.PutAsync(ImageId.New(), new MemoryStream([1, 2, 3]), null, Cancellation);
        var url = await driver.GetDirectUrlAsync(receipt.Location, TimeSpan.FromMinutes(5), Cancellation);
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        using var client = new HttpClient(handler);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, await client.GetByteArrayAsync(url, Cancellation));
        Assert.DoesNotContain(AzuriteServer.Key, url.ToString());
        await store.DeleteAsync(receipt.Location, cancellationToken: Cancellation);
    }

    [TestMethod]
    public async Task A_direct_url_may_only_read_one_blob_and_over_https()
    {
        await using var driver = new AzureDriver(Nowhere);
        var url = await driver.GetDirectUrlAsync(driver.LocationOf(new ImageId("a")), TimeSpan.FromMinutes(5), Cancellation);
        var query = url.Query.TrimStart('?').Split('&');
        CollectionAssert.IsSubsetOf(new[] { "sp=r", "sr=b", "spr=https" }, query);
        Assert.AreEqual("/images/a", url.AbsolutePath);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(366)]
    public async Task A_direct_url_is_good_for_some_time_and_at_most_a_year(int days)
    {
        await using var driver = new AzureDriver(Nowhere);
        await Assert.ThrowsExactlyAsync<ArgumentOutOfRangeException>(async () =>
            await driver.GetDirectUrlAsync(driver.LocationOf(new ImageId("a")), TimeSpan.FromDays(days), Cancellation));
    }

    [TestMethod]
    public async Task One_that_a_token_stands_behind_is_good_for_at_most_a_week()
    {
        await using var driver = new AzureDriver(Nowhere with { AccountKey = null });
        Assert.IsNotNull(driver.GetFeature<IDirectUrl>());
        await Assert.ThrowsExactlyAsync<ArgumentOutOfRangeException>(async () =>
            await driver.GetDirectUrlAsync(driver.LocationOf(new ImageId("a")), TimeSpan.FromDays(8), Cancellation));
    }

    [TestMethod]
    public async Task Who_has_only_a_signature_hands_none_on()
    {
        await using var driver = new AzureDriver(Nowhere with { AccountKey = null, SasToken = "sv=2023-11-03&sig=c4nary" });
        Assert.IsNull(driver.GetFeature<IDirectUrl>());
        var error = await Assert.ThrowsExactlyAsync<StoreException>(async () =>
            await driver.GetDirectUrlAsync(driver.LocationOf(new ImageId("a")), TimeSpan.FromDays(1), Cancellation));
        Assert.AreEqual(StoreError.Unsupported, error.Error);
        Assert.DoesNotContain("c4nary", error.ToString());
    }
}
