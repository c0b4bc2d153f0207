using Azure.Core;

namespace GlanceStore.Drivers.Azure;

/// <summary>Copies that the service makes within itself.</summary>
[TestClass]
public sealed class AzureCopyTests
{
    private static readonly ImageStoreOptions Options = new() { ChunkBytes = 128 << 10, RetryDelay = TimeSpan.Zero, MaxAttempts = 3 };
    private static readonly ImageId Id = new("image");
    private static readonly byte[] Image = Bytes(500_003, seed: 37);

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Cancellation => TestContext.CancellationToken;

    [TestMethod]
    public async Task The_service_copies_an_image_and_the_copy_outlives_it()
    {
        AzuriteServer.Require();
        await using var stores = Stores(await AzuriteServer.NewPlaceAsync(), await AzuriteServer.NewPlaceAsync());
        foreach (var size in new[] { Image.Length, 1000, 0 })
        {
            var id = ImageId.New();
            var receipt = await stores["from"].PutAsync(id, new MemoryStream(Image[..size]), null, Cancellation);
            var copy = await stores.CopyAsync(receipt.Location, "to", CopyOptions.Verify(receipt), Cancellation);
            Assert.AreEqual((CopyRoute.OnBackend, ReadVerification.Chunks, receipt.MultiHash), (copy.Route, copy.Verdict.Verification, copy.Receipt.MultiHash));
            var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.CopyAsync(receipt.Location, "to", CopyOptions.Verify(receipt), Cancellation));
            Assert.AreEqual(StoreError.AlreadyExists, error.Error);
            await stores["to"].PutAsync(id, new MemoryStream([1, 2, 3]), new PutOptions { Mode = WriteMode.Replace }, Cancellation);
            await stores.CopyAsync(receipt.Location, "to", CopyOptions.Verify(receipt) with { Mode = WriteMode.Replace }, Cancellation);
            Assert.IsTrue(await stores["from"].DeleteAsync(receipt.Location, cancellationToken: Cancellation));
            await using (var stream = await stores["to"].OpenReadAsync(copy.Receipt.Location, ReadOptions.Verify(copy.Receipt), Cancellation))
            {
                using var all = new MemoryStream();
                await stream.CopyToAsync(all, Cancellation);
                CollectionAssert.AreEqual(Image[..size], all.ToArray());
            }

            Assert.IsTrue(await stores["to"].DeleteAsync(copy.Receipt.Location, cancellationToken: Cancellation));
        }
    }

    [TestMethod]
    public async Task An_image_of_another_version_is_not_copied_and_nothing_is_there()
    {
        AzuriteServer.Require();
        var place = await AzuriteServer.NewPlaceAsync();
        await using var driver = new AzureDriver(place) { CopyBytes = 200_000 };
        await using var store = new ImageStore("s", driver, Options);
        var receipt = await store.PutAsync(Id, new MemoryStream(Image), null, Cancellation);
        var found = await store.FindAsync(receipt.Location, Cancellation);
        await store.PutAsync(Id, new MemoryStream(Bytes(Image.Length, seed: 38)), new PutOptions { Mode = WriteMode.Replace }, Cancellation);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(async () =>
            await driver.CopyAsync(driver, found!, new ImageId("copy"), WriteMode.CreateNew, Cancellation));
        Assert.AreEqual(StoreError.Changed, error.Error);
        Assert.HasCount(1, await AzuriteServer.ListEverythingAsync(AzuriteServer.Client, place.Prefix));
        await AzuriteServer.RemoveEverythingAsync(AzuriteServer.Client, place.Prefix);
    }

    [TestMethod]
    public async Task An_image_that_vanishes_before_it_is_copied_is_told_of_and_nothing_is_there()
    {
        AzuriteServer.Require();
        await using var driver = new AzureDriver(await AzuriteServer.NewPlaceAsync());
        await using var store = new ImageStore("s", driver, Options);
        var receipt = await store.PutAsync(Id, new MemoryStream(Image), null, Cancellation);
        var found = await store.FindAsync(receipt.Location, Cancellation);
        await store.DeleteAsync(receipt.Location, cancellationToken: Cancellation);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(async () =>
            await driver.CopyAsync(driver, found!, new ImageId("copy"), WriteMode.CreateNew, Cancellation));
        Assert.IsTrue(error.Error is StoreError.NotFound or StoreError.Changed, error.Message); // Azurite says of it that the condition does not hold
        Assert.IsNull(await store.FindAsync(store.LocationOf(new ImageId("copy")), Cancellation));
    }

    [TestMethod]
    public async Task Only_a_store_of_the_account_that_has_its_key_is_copied_from()
    {
        var options = new AzureDriverOptions { AccountName = "account", Container = "images", AccountKey = "c2VjcmV0" };
        await using var driver = new AzureDriver(options);
        foreach (var (other, can) in new[]
        {
            (options with { Container = "cold", Prefix = "p/" }, true),
            (options with { AccountName = "other" }, false),
            (options with { AccountKey = null, TokenCredential = new Unused() }, false),
            (options with { AccountKey = null, SasToken = "sv=2023-11-03&sig=c2ln" }, false),
            (options with { EncryptionKey = Convert.ToBase64String(new byte[32]) }, false),
        })
        {
            await using var source = new AzureDriver(other);
            Assert.AreEqual(can, driver.CanCopyFrom(source), other.ToString());
        }
    }

    private static ImageStores Stores(AzureDriverOptions from, AzureDriverOptions to) => new(
        [
            new ImageStore("from", new AzureDriver(from), Options),
            new ImageStore("to", new AzureDriver(to) { CopyBytes = 200_000 }, Options),
        ], "from");

    private static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private sealed class Unused : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
