using System.Text;

namespace GlanceStore.Drivers.Swift;

/// <summary>
/// The large images of OpenStack's library: <c>NAME-00001</c>, … beside a manifest <c>NAME</c>. Whoever lost or changed a segment would have a
/// shorter or another image, and no server would say so.
/// </summary>
[TestClass]
public sealed class PythonSegmentsTests
{
    private const int Segments = 6;

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Cancellation => TestContext.CancellationToken;

    [TestMethod]
    [DataRow("swift", 1)]
    [DataRow("swift", 2)]
    [DataRow("swift", 3)]
    [DataRow("swift", 1000)]
    [DataRow("keystone", 1000)]
    [DataRow("ceph", 1)]
    [DataRow("ceph", 1000)]
    public Task A_listing_tells_the_image_with_its_whole_size_and_none_of_its_segments(string name, int most) => WithAsync(name, async (store, listing) =>
    {
        var images = await ListAsync(listing, "", most);
        CollectionAssert.AreEqual(new[] { ("deep", 42L), ("plain", 5L), ("plain-00001", 6L), ("small-00001", 7L) },
            images.Select(image => (image.Name, image.Stored.Size)).ToArray());
        Assert.AreEqual((await store.FindAsync(store.LocationOf(new ImageId("deep")), Cancellation))!.VersionTag, images[0].Stored.VersionTag);
        Assert.IsEmpty(await ListAsync(listing, "deep-", most), "The segments alone.");
    });

    [TestMethod]
    [DataRow("swift")]
    [DataRow("keystone")]
    [DataRow("ceph")]
    public Task A_segment_is_not_deleted_or_written_by_itself_and_the_image_stays_whole(string name) => WithAsync(name, async (store, _) =>
    {
        var image = store.LocationOf(new ImageId("deep"));
        foreach (var (id, mode) in new[] { ("deep-00002", WriteMode.Replace), ("deep-00002", WriteMode.CreateNew), ("deep-00007", WriteMode.CreateNew) })
        {
            await RefusedAsync(() => store.PutAsync(new ImageId(id), new MemoryStream([1, 2, 3]), new PutOptions { Mode = mode }, Cancellation));
        }

        await RefusedAsync(() => store.DeleteAsync(store.LocationOf(new ImageId("deep-00002")), cancellationToken: Cancellation));
        await RefusedAsync(() => store.DeleteAsync(store.LocationOf(new ImageId("deep-00002")),
            new DeleteOptions { VersionTag = "0123456789abcdef0123456789abcdef" }, Cancellation));
        Assert.IsFalse(await store.DeleteAsync(store.LocationOf(new ImageId("deep-00007")), cancellationToken: Cancellation), "There is none.");
        await using (var read = await store.OpenReadAsync(image, null, Cancellation))
        {
            using var text = new StreamReader(read);
            Assert.AreEqual(string.Concat(Enumerable.Range(1, Segments).Select(TextOf)), await text.ReadToEndAsync(Cancellation));
        }

        Assert.IsTrue(await store.DeleteAsync(store.LocationOf(new ImageId("plain-00001")), cancellationToken: Cancellation), "An image of its own.");
        Assert.IsTrue(await store.DeleteAsync(image, cancellationToken: Cancellation));
    });

    private static async Task RefusedAsync(Func<Task> call)
    {
        var error = await Assert.ThrowsExactlyAsync<StoreException>(call);
        Assert.AreEqual(StoreError.InUse, error.Error, error.Message);
        Assert.Contains("/deep, ", error.Message);
    }

    private async Task<List<ListedImage>> ListAsync(SwiftDriver driver, string prefix, int most)
    {
        var images = new List<ListedImage>();
        string? continuation = null;
        do
        {
            var page = await driver.ListAsync(new ListingRequest(prefix, continuation, most), Cancellation);
            images.AddRange(page.Images);
            continuation = page.Continuation;
        }
        while (continuation is not null);

        return images;
    }

    // Between the manifest and its segments something that is neither, so that pages end there as well.
    private async Task WithAsync(string name, Func<ImageStore, SwiftDriver, Task> body)
    {
        var server = SwiftServer.Of(name).Required();
        var place = await server.NewPlaceAsync();
        foreach (var number in Enumerable.Range(1, Segments))
        {
            await server.PutAsync($"/{place.Container}/deep-0000{number}", Encoding.ASCII.GetBytes(TextOf(number)));
        }

        await server.PutAsync($"/{place.Container}/deep", [], ("X-Object-Manifest", $"{place.Container}/deep-"));
        await server.PutAsync($"/{place.Container}/deep%21", [1]);
        await server.PutAsync($"/{place.Container}/plain", new byte[5]);
        await server.PutAsync($"/{place.Container}/plain-00001", new byte[6]);
        await server.PutAsync($"/{place.Container}/small-00001", new byte[7]);
        await using (var driver = new SwiftDriver(place))
        await using (var store = new ImageStore("swift", driver, new ImageStoreOptions { MaxAttempts = 1 }))
        {
            await body(store, driver);
        }

        await server.RemoveAsync(place.Container);
    }

    private static string TextOf(int number) => $"part {number}.";
}
