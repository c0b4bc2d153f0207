using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;
using Microsoft.Extensions.DependencyInjection;
using Moq;

namespace GlanceStore.Core.Tests;

[TestClass]
public sealed class ListingTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(1000)]
    public async Task Every_image_of_a_store_is_told_once_with_its_store(int page)
    {
        await using var stores = new ImageStores([new ImageStore("s", new MemoryDriver())]);
        foreach (var id in new[] { "c", "a", "b", "x-1" })
        {
            await stores["s"].PutAsync(new ImageId(id), new MemoryStream(new byte[id.Length]));
        }

        Assert.AreEqual("a,b,c,x-1", await NamesAsync(stores, new ListingRequest(MaxImages: page)));
        Assert.AreEqual("x-1", await NamesAsync(stores, new ListingRequest("x", MaxImages: page)));
        await foreach (var listed in stores.ListAsync("S", new ListingRequest("x")))
        {
            Assert.AreEqual(await stores["s"].FindAsync(stores["s"].LocationOf(new ImageId("x-1"))), listed.Images.Single().Stored);
        }

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => stores.ListAsync("s", new ListingRequest(MaxImages: 0)));
    }

    [TestMethod]
    public async Task A_page_that_fails_in_passing_is_asked_for_again_and_one_that_never_ends_is_an_error()
    {
        var listing = new Mock<IListing>();
        var driver = new ListedDriver(listing.Object);
        await using var stores = new ImageStores([new ImageStore("s", driver, new ImageStoreOptions { RetryDelay = TimeSpan.Zero })]);
        listing.SetupSequence(role => role.ListAsync(It.IsAny<ListingRequest>(), It.IsAny<CancellationToken>()))
            .Throws(new StoreException(StoreError.Unavailable, "Away.") { IsTransient = true })
            .Returns(new ValueTask<ListingPage>(new ListingPage([], [], "next")))
            .Returns(new ValueTask<ListingPage>(new ListingPage([], [], "next")));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => NamesAsync(stores, new ListingRequest()));
        Assert.AreEqual((StoreError.Unavailable, "list", "s"), (error.Error, error.Operation, error.StoreId));
        Assert.Contains("again and again", error.Message);
    }

    [TestMethod]
    public async Task A_store_that_cannot_tell_what_it_holds_says_so()
    {
        await using var stores = new ImageStores([new ImageStore("s", new ListedDriver(null))]);
        Assert.AreEqual(StoreError.Unsupported, (await Assert.ThrowsExactlyAsync<StoreException>(() => NamesAsync(stores, new ListingRequest()))).Error);
    }

    [TestMethod]
    public void A_provider_that_is_disposed_at_once_disposes_its_stores()
    {
        IImageStore store;
        using (var provider = new ServiceCollection().AddGlanceStore(stores => stores.AddMemory("s")).BuildServiceProvider())
        {
            store = provider.GetRequiredService<IImageStore>();
        }

        Assert.ThrowsExactly<StoreException>(() => store.FindAsync(store.LocationOf(new ImageId("a"))).GetAwaiter().GetResult());
    }

    private static async Task<string> NamesAsync(ImageStores stores, ListingRequest request)
    {
        var names = new List<string>();
        await foreach (var page in stores.ListAsync("s", request))
        {
            names.AddRange(page.Images.Select(image => image.Name));
            Assert.IsTrue(page.Images.All(image => image.Stored.Location.StoreId == "s"));
            Assert.IsLessThanOrEqualTo(request.MaxImages, page.Images.Count);
        }

        return string.Join(',', names);
    }

    private sealed class ListedDriver(IListing? listing) : StoreDriver
    {
        private readonly MemoryDriver _inner = new();

        public override DriverInfo Info => _inner.Info;

        public override ImageLocation LocationOf(ImageId id) => _inner.LocationOf(id);

        public override ImageLocation ParseLocation(string uri) => _inner.ParseLocation(uri);

        public override ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken) =>
            _inner.FindAsync(location, cancellationToken);

        public override ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken) =>
            _inner.OpenReadAsync(location, intent, cancellationToken);

        public override ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken) =>
            _inner.OpenWriteAsync(id, intent, cancellationToken);

        public override ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken) =>
            _inner.DeleteAsync(location, intent, cancellationToken);

        public override TFeature? GetFeature<TFeature>() where TFeature : class => listing as TFeature;
    }
}
