using GlanceStore.Drivers;
using Moq;

namespace GlanceStore.Core.Tests.Configuration;

[TestClass]
public sealed class ImageStoresTests
{
    [TestMethod]
    public void One_store_is_the_default_without_being_named()
    {
        var store = Store("only", "memory");
        var stores = new ImageStores([store]);
        Assert.AreSame(store, stores.Default);
        Assert.AreSame(store, stores["only"]);
    }

    [TestMethod]
    public void Ids_are_found_without_case_and_listed_in_order()
    {
        var stores = new ImageStores([Store("b", "memory"), Store("a", "memory")], "A");
        Assert.AreEqual("a", stores.Default.Id);
        Assert.AreEqual("b,a", string.Join(',', stores.Ids));
        Assert.IsTrue(stores.TryGet("B", out _));
        Assert.IsFalse(stores.TryGet("c", out _));
    }

    [TestMethod]
    public void An_unknown_id_is_an_error_that_lists_the_known_ones()
    {
        var stores = new ImageStores([Store("fast", "memory"), Store("cold", "memory")], "fast");
        var error = Assert.ThrowsExactly<StoreException>(() => stores["warm"]);
        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
        Assert.AreEqual("There is no store 'warm'; there is 'fast', 'cold'.", error.Message);
    }

    [TestMethod]
    public void No_store_two_of_an_id_and_a_missing_default_are_refused()
    {
        foreach (var make in new Func<ImageStores>[]
        {
            () => new ImageStores([]),
            () => new ImageStores([Store("a", "memory"), Store("A", "memory")], "a"),
            () => new ImageStores([Store("a", "memory"), Store("b", "memory")]),
            () => new ImageStores([Store("a", "memory")], "b"),
        })
        {
            var error = Assert.ThrowsExactly<StoreException>(make);
            Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
        }
    }

    [TestMethod]
    public void A_location_goes_to_the_first_store_that_accepts_it_and_the_default_is_asked_first()
    {
        var stores = new ImageStores([Store("one", "memory", "memory://x/"), Store("two", "memory", "memory://x/")], "two");
        Assert.AreEqual("two", stores.ParseLocation("memory://x/i").StoreId);
    }

    [TestMethod]
    public void A_store_that_refuses_a_location_leaves_it_to_the_next()
    {
        var stores = new ImageStores([Store("one", "memory", "memory://x/"), Store("two", "memory", "memory://y/")], "one");
        Assert.AreEqual("two", stores.ParseLocation("memory://y/i").StoreId);
        Assert.AreEqual("two", stores.StoreOf(new ImageLocation("memory://y/i", null)).Id);
    }

    [TestMethod]
    public void A_scheme_is_matched_as_it_is_written_as_Python_does()
    {
        var stores = new ImageStores([Store("one", "memory", "MEMORY://x/")]);
        Refused("No store reads locations of the scheme 'MEMORY'; those that are read are memory.", stores, "MEMORY://x/i");
    }

    [TestMethod]
    public void A_location_that_names_a_store_which_is_not_here_is_looked_for_by_its_uri()
    {
        var stores = new ImageStores([Store("one", "memory"), Store("two", "file")], "one");
        Assert.AreEqual("two", stores.StoreOf(new ImageLocation("memory://x/i", "two")).Id);
        var error = Assert.ThrowsExactly<StoreException>(() => stores.StoreOf(new ImageLocation("swift://x/i", "three")));
        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
        Assert.Contains("There is no store 'three'", error.Message);
    }

    [TestMethod]
    public void A_location_of_no_store_is_an_error_that_says_why()
    {
        var stores = new ImageStores([Store("one", "memory", "memory://x/"), Store("two", "memory", "memory://y/")], "one");
        Refused("None of the 2 stores that read 'memory' holds this location; the first said: Not of one.", stores, "memory://z/i");
        Refused("No store reads locations of the scheme 's3'; those that are read are memory.", stores, "s3://b/i");
        Refused("A location is a URI such as 'file:///srv/images/ID', and this text has no scheme.", stores, "just-text");
    }

    [TestMethod]
    public void The_refusal_of_the_only_store_asked_is_passed_on()
    {
        var stores = new ImageStores([Store("one", "memory", "memory://x/"), Store("two", "file")], "two");
        Refused("Not of one.", stores, "memory://z/i");
    }

    [TestMethod]
    public void A_password_in_a_location_of_no_store_is_not_repeated()
    {
        var stores = new ImageStores([Store("one", "memory", "memory://x/"), Store("two", "memory", "memory://y/")], "one");
        foreach (var uri in new[] { "s3://user:hunter2@host/i", "memory://user:hunter2@z/i", "user:hunter2@host://i" })
        {
            var error = Assert.ThrowsExactly<StoreException>(() => stores.ParseLocation(uri));
            Assert.DoesNotContain("hunter2", error.ToString());
        }
    }

    [TestMethod]
    public async Task Disposing_disposes_every_store()
    {
        var mocks = new[] { Mock("a", "memory"), Mock("b", "memory") };
        foreach (var mock in mocks)
        {
            mock.As<IAsyncDisposable>().Setup(store => store.DisposeAsync()).Returns(ValueTask.CompletedTask);
        }

        await new ImageStores(mocks.Select(mock => mock.Object), "a").DisposeAsync();
        foreach (var mock in mocks)
        {
            mock.As<IAsyncDisposable>().Verify(store => store.DisposeAsync(), Times.Once);
        }
    }

    private static void Refused(string sentence, ImageStores stores, string uri)
    {
        var error = Assert.ThrowsExactly<StoreException>(() => stores.ParseLocation(uri));
        Assert.AreEqual(StoreError.InvalidLocation, error.Error);
        Assert.AreEqual(sentence, error.Message);
    }

    private static IImageStore Store(string id, string scheme, string accepts = "://") => Mock(id, scheme, accepts).Object;

    private static Mock<IImageStore> Mock(string id, string scheme, string accepts = "://")
    {
        var mock = new Mock<IImageStore>();
        mock.SetupGet(store => store.Id).Returns(id);
        mock.SetupGet(store => store.Info).Returns(new StoreInfo(new DriverInfo(scheme, [scheme], new DriverCapabilities())));
        mock.Setup(store => store.ParseLocation(It.IsAny<string>())).Returns((string uri) =>
            uri.Contains(accepts, StringComparison.Ordinal)
                ? new ImageLocation(uri, null)
                : throw new StoreException(StoreError.InvalidLocation, $"Not of {id}."));
        return mock;
    }
}
