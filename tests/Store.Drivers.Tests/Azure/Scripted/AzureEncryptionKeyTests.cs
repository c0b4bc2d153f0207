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
    public async Task An_image_with_a_customer_provided_key_is_stored_and_read_back()
    {
        AzuriteServer.Require();
        var place = await AzuriteServer.NewTlsPlaceAsync() with { EncryptionKey = Key };
        await using var store = new ImageStore("s", new AzureDriver(place));
        var receipt = await store.PutAsync(ImageId.New(), new MemoryStream([1, 2, 3]), null, TestContext.CancellationToken);
        await using var image = await store.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt), TestContext.CancellationToken);
        using var read = new MemoryStream();
        await image.CopyToAsync(read, TestContext.CancellationToken);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, read.ToArray());
        await store.DeleteAsync(receipt.Location, TestContext.CancellationToken);
    }
}
