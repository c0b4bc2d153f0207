namespace GlanceStore.Drivers.Swift;

/// <summary>Segments that are gone, containers that keep versions, and deletes that mean one version.</summary>
[TestClass]
public sealed class BrokenImageTests
{
    private const int Segment = 64 << 10;

    private static readonly SwiftServer Server = SwiftServer.TempAuth;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(1, 0)]
    [DataRow(2, Segment)]
    public Task A_scrub_calls_an_image_that_lost_a_segment_corrupted_and_says_where(int segment, int offset) => WithAsync(async (store, place) =>
    {
        var receipt = await PutAsync(store, 4 * Segment);
        var name = (await Server.ListAsync(place.Container)).Single(name => name.EndsWith($"-0000{segment}", StringComparison.Ordinal));
        (await Server.SendAsync(HttpMethod.Delete, $"/{place.Container}/{name}")).EnsureSuccessStatusCode();
        await using var stores = new ImageStores([store]);
        var result = await new Scrub(stores).CheckAsync(receipt, TestContext.CancellationToken);
        Assert.AreEqual(ScrubOutcome.Corrupted, result.Outcome, result.Error?.Message);
        Assert.AreEqual(StoreError.Corrupted, result.Error!.Error);
        if (offset > 0)
        {
            Assert.AreEqual(offset, result.Damage[0].Offset);
        }
    });

    [TestMethod]
    [DataRow(10)]
    [DataRow(3 * Segment)]
    public Task A_delete_that_brings_an_older_image_back_is_no_delete(int size) => WithAsync(async (store, place) =>
    {
        var versions = place.Container + "-old";
        (await Server.SendAsync(HttpMethod.Put, "/" + versions)).EnsureSuccessStatusCode();
        (await Server.SendAsync(HttpMethod.Post, "/" + place.Container, null, ("X-Versions-Location", versions))).EnsureSuccessStatusCode();
        var receipt = await PutAsync(store, size);
        await PutAsync(store, size + 1);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => store.DeleteAsync(receipt.Location, cancellationToken: TestContext.CancellationToken));
        Assert.AreEqual(StoreError.Unsupported, error.Error, error.Message);
        Assert.Contains("X-Versions-Location", error.Message);
        Assert.IsTrue(await store.DeleteAsync(receipt.Location, cancellationToken: TestContext.CancellationToken));
        Assert.IsNull(await store.FindAsync(receipt.Location, TestContext.CancellationToken));
        await Server.RemoveAsync(versions);
    });

    [TestMethod]
    [DataRow(10)]
    [DataRow(3 * Segment)]
    public Task A_delete_that_means_another_version_leaves_the_image(int size) => WithAsync(async (store, _) =>
    {
        var receipt = await PutAsync(store, size);
        var old = (await store.FindAsync(receipt.Location, TestContext.CancellationToken))!.VersionTag;
        await PutAsync(store, size + 1);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(
            () => store.DeleteAsync(receipt.Location, new DeleteOptions { VersionTag = old }, TestContext.CancellationToken));
        Assert.AreEqual(StoreError.Changed, error.Error, error.Message);
        var now = await store.FindAsync(receipt.Location, TestContext.CancellationToken);
        Assert.AreEqual(size + 1, now!.Size);
        Assert.IsTrue(await store.DeleteAsync(receipt.Location, new DeleteOptions { VersionTag = now.VersionTag }, TestContext.CancellationToken));
    });

    private async Task<ImageReceipt> PutAsync(ImageStore store, int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return await store.PutAsync(new ImageId("image"), new MemoryStream(bytes), new PutOptions { Mode = WriteMode.Replace }, TestContext.CancellationToken);
    }

    private static async Task WithAsync(Func<ImageStore, SwiftDriverOptions, Task> body)
    {
        var place = await Server.Required().NewPlaceAsync();
        await using (var store = new ImageStore("swift", new SwiftDriver(place), new ImageStoreOptions { ChunkBytes = Segment, RetryDelay = TimeSpan.Zero }))
        {
            await body(store, place);
        }

        await Server.RemoveAsync(place.Container);
    }
}
