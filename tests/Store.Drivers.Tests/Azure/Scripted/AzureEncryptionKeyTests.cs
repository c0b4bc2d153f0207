using System.Security.Cryptography;

namespace GlanceStore.Drivers.Azure.Scripted;

[TestClass]
public sealed class AzureEncryptionKeyTests
{
    private static readonly string Key = Convert.ToBase64String(SHA256.HashData("c4nary"u8));

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task A_customer_provided_key_goes_with_every_request_and_into_no_text()
    {
        using var listener = new TlsListener();
        var place = new AzureDriverOptions { Endpoint = listener.Endpoint, Container = "images", AccountKey = "c2VjcmV0", EncryptionKey = Key, CheckCertificate = false };
        await using var driver = new AzureDriver(place);
        var head = listener.ServeOneAsync(TestContext.CancellationToken);
        Assert.IsNull(await driver.FindAsync(driver.LocationOf(new ImageId("a")), TestContext.CancellationToken));
        Assert.Contains($"x-ms-encryption-key: {Key}", await head);
        Assert.Contains("x-ms-encryption-algorithm: AES256", await head);
        Assert.DoesNotContain(Key, place.ToString());
    }

    [TestMethod]
    public async Task A_server_without_customer_provided_keys_is_Unsupported_and_is_not_asked_again()
    {
        AzuriteServer.Require();
        await using var store = new ImageStore("s", new AzureDriver(await AzuriteServer.NewTlsPlaceAsync() with { EncryptionKey = Key }));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(
            () => store.PutAsync(ImageId.New(), new MemoryStream([1, 2, 3]), null, TestContext.CancellationToken));
        Assert.AreEqual(StoreError.Unsupported, error.Error);
        Assert.AreEqual(1, error.Attempts);
    }
}
