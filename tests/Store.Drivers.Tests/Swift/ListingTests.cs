namespace GlanceStore.Drivers.Swift;

/// <summary>A listing tells each image once, as a look does, and no segment.</summary>
[TestClass]
public sealed class ListingTests
{
    private const int Segment = 64 << 10;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("swift", 0, SwiftManifest.Slo)]
    [DataRow("swift", 3, SwiftManifest.Slo)]
    [DataRow("swift", 0, SwiftManifest.Dlo)]
    [DataRow("ceph", 0, SwiftManifest.Slo)]
    public async Task Every_image_is_told_once_whatever_the_page_and_no_segment(string name, int seed, SwiftManifest manifest)
    {
        var server = SwiftServer.Of(name).Required();
        var place = await server.NewPlaceAsync() with { ContainersSeed = seed, Manifest = manifest, CreateContainer = seed > 0 };
        await using var driver = new SwiftDriver(place);
        await using var store = new ImageStore("swift", driver, new ImageStoreOptions { ChunkBytes = Segment });
        var receipts = new List<ImageReceipt>();
        foreach (var size in new[] { 0, 1, Segment, (2 * Segment) + 1, Segment * 3 })
        {
            receipts.Add(await store.PutAsync(ImageId.New(), new MemoryStream(new byte[size]), new PutOptions { ExpectedSize = size }, TestContext.CancellationToken));
        }

        await server.PutAsync($"/{place.Container}/unfinished/0123456789abcdef-00001", new byte[7]);
        foreach (var most in new[] { 1, 2, 1000 })
        {
            var (images, unfinished) = await AllAsync(driver, most, "");
            CollectionAssert.AreEquivalent(receipts.Select(receipt => receipt.Location.Uri).ToArray(), images.Select(image => image.Stored.Location.Uri).ToArray());
            foreach (var image in images)
            {
                var found = (await store.FindAsync(image.Stored.Location, TestContext.CancellationToken))!;
                Assert.AreEqual((found.Size, found.VersionTag), (image.Stored.Size, image.Stored.VersionTag));
            }

            Assert.AreEqual(1, unfinished.Count(left => left.SizeBytes == 7), "An upload without an image.");
        }

        var one = (await AllAsync(driver, 10, receipts[0].Location.Uri.Split('/')[^1])).Images;
        Assert.AreEqual(receipts[0].Location.Uri, one.Single().Stored.Location.Uri);
        foreach (var receipt in receipts)
        {
            await store.DeleteAsync(receipt.Location, cancellationToken: TestContext.CancellationToken);
            await server.RemoveAsync(receipt.Location.Uri.Split('/')[^2]);
        }

        await server.RemoveAsync(place.Container);
    }

    [TestMethod]
    public async Task A_container_that_is_not_there_is_a_mistake_and_not_an_empty_store()
    {
        var place = SwiftServer.TempAuth.Required().Account with { Container = $"missing-{Guid.NewGuid():N}" };
        await using var driver = new SwiftDriver(place);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => driver.ListAsync(new ListingRequest(), TestContext.CancellationToken).AsTask());
        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
        await using var making = new SwiftDriver(place with { CreateContainer = true });
        Assert.IsEmpty((await making.ListAsync(new ListingRequest(), TestContext.CancellationToken)).Images);
    }

    private async Task<(List<ListedImage> Images, List<Leftover> Unfinished)> AllAsync(IListing driver, int most, string prefix)
    {
        var (images, unfinished, continuation) = (new List<ListedImage>(), new List<Leftover>(), default(string));
        do
        {
            var page = await driver.ListAsync(new ListingRequest(prefix, continuation, most), TestContext.CancellationToken);
            Assert.IsLessThanOrEqualTo(most, page.Images.Count);
            images.AddRange(page.Images);
            unfinished.AddRange(page.Unfinished);
            continuation = page.Continuation;
        }
        while (continuation is not null);

        return (images, unfinished);
    }
}
