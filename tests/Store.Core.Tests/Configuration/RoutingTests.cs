using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;
using Microsoft.Extensions.Logging;
using Moq;

namespace GlanceStore.Core.Tests.Configuration;

[TestClass]
public sealed class RoutingTests
{
    [TestMethod]
    public void The_store_with_the_longest_prefix_is_asked_first()
    {
        var (wide, narrow, twin) = (Store("wide", "memory://h/"), Store("narrow", "memory://h/images/"), Store("twin", "memory://h/images/"));
        var stores = new ImageStores([wide, narrow, twin], "wide");
        var found = stores.Resolve(new ImageLocation("memory://h/images/a", null));
        Assert.AreEqual(("narrow", LocationMatch.Prefix, true), (found.Location.StoreId, found.Match, found.IsAdopted));
        Assert.AreEqual("wide", stores.ParseLocation("memory://h/a").StoreId);
        stores.MakeDefault("twin");
        Assert.AreEqual("twin", stores.ParseLocation("memory://h/images/a").StoreId, "of equal prefixes the default one's counts");
    }

    [TestMethod]
    public void A_location_without_a_store_is_adopted_and_logged()
    {
        var log = new Mock<ILogger<ImageStores>>();
        log.Setup(logger => logger.IsEnabled(It.IsAny<LogLevel>())).Returns(true);
        var stores = new ImageStores([Store("one", "memory://h/"), Store("two", "memory://i/")], "one", logger: log.Object);
        var named = stores.Resolve(new ImageLocation("memory://i/a", "two"));
        Assert.AreEqual((LocationMatch.StoreId, false), (named.Match, named.IsAdopted));
        Assert.IsEmpty(Lines());
        var adopted = stores.Resolve(new ImageLocation("memory://i/a", null) { Secret = new LocationSecret("user", "hunter2") });
        Assert.AreEqual(("two", LocationMatch.Prefix), (adopted.Location.StoreId, adopted.Match));
        Assert.IsNotNull(adopted.Location.Secret);
        CollectionAssert.AreEqual(new[] { "Store two: adopted memory://i/a, which names no store (found by Prefix)" }, Lines());

        string[] Lines() => [.. log.Invocations.Where(call => call.Method.Name == "Log").Select(call => call.Arguments[2]!.ToString()!)];
    }

    [TestMethod]
    public void A_store_that_names_its_images_by_whole_addresses_is_found_by_its_scheme()
    {
        var nameless = Mock("web", "memory://");
        nameless.Setup(store => store.LocationOf(It.IsAny<ImageId>())).Throws(new StoreException(StoreError.Unsupported, "By address only."));
        var stores = new ImageStores([Store("one", "memory://h/"), nameless.Object], "one");
        Assert.AreEqual(LocationMatch.Scheme, stores.Resolve(new ImageLocation("memory://elsewhere/x/y", null)).Match);
        Assert.AreEqual("web", stores.ParseLocation("memory://elsewhere/x/y").StoreId);
    }

    [TestMethod]
    public void A_reserved_store_is_not_listed_and_only_its_id_or_its_prefix_leads_to_it()
    {
        var stores = new ImageStores([Store("one", "memory://h/"), Store("staging", "memory://", "memory://s/", isReserved: true)], "one");
        Assert.AreEqual("one", string.Join(',', stores.Ids));
        Assert.AreEqual("staging", string.Join(',', stores.Reserved.Select(store => store.Id)));
        Assert.AreEqual("staging", stores["staging"].Id);
        Assert.AreEqual("staging", stores.ParseLocation("memory://s/a").StoreId);
        Assert.ThrowsExactly<StoreException>(() => stores.ParseLocation("memory://elsewhere/a"));
        Assert.AreEqual("The store 'staging' is reserved and cannot be the default.",
            Assert.ThrowsExactly<StoreException>(() => stores.MakeDefault("staging")).Message);
        Assert.ThrowsExactly<StoreException>(() => new ImageStores([Store("staging", "memory://s/", isReserved: true)]));
    }

    [TestMethod]
    public async Task A_read_only_store_takes_and_deletes_nothing_and_reads()
    {
        var storage = new MemoryStorage();
        await using var writable = new ImageStore("rw", new MemoryDriver(new MemoryDriverOptions { Storage = storage }));
        var driver = new ScriptedDriver(new MemoryDriverOptions { Storage = storage });
        await using var store = new ImageStore("ro", driver, new ImageStoreOptions { ReadOnly = true });
        var receipt = await writable.PutAsync(new ImageId("a"), new MemoryStream([1, 2, 3]));
        Assert.IsFalse(store.Info.Driver.Capabilities.CanWrite || store.Info.Driver.Capabilities.CanDelete);
        var location = receipt.Location with { StoreId = "ro" };
        foreach (var refused in new Func<Task>[]
        {
            () => store.PutAsync(new ImageId("b"), new MemoryStream([1])),
            () => store.DeleteAsync(location),
        })
        {
            Assert.AreEqual(StoreError.Unsupported, (await Assert.ThrowsExactlyAsync<StoreException>(refused)).Error);
        }

        await using var image = await store.OpenReadAsync(location, ReadOptions.Verify(receipt));
        await image.ReadExactlyAsync(new byte[3]);
        Assert.AreEqual(1, storage.Names.Count);
    }

    private static IImageStore Store(string id, string prefix, bool isReserved = false) => Store(id, prefix, prefix, isReserved);

    private static IImageStore Store(string id, string accepts, string prefix, bool isReserved)
    {
        var mock = Mock(id, accepts);
        var info = mock.Object.Info with { IsReserved = isReserved };
        mock.SetupGet(store => store.Info).Returns(info);
        mock.Setup(store => store.LocationOf(It.IsAny<ImageId>())).Returns((ImageId image) => new ImageLocation(prefix + image.Value, id));
        return mock.Object;
    }

    private static Mock<IImageStore> Mock(string id, string accepts)
    {
        var mock = new Mock<IImageStore>();
        mock.SetupGet(store => store.Id).Returns(id);
        mock.SetupGet(store => store.Info).Returns(new StoreInfo(new DriverInfo("memory", ["memory"], new DriverCapabilities())));
        mock.Setup(store => store.ParseLocation(It.IsAny<string>())).Returns((string uri) =>
            uri.StartsWith(accepts, StringComparison.Ordinal)
                ? new ImageLocation(uri, null)
                : throw new StoreException(StoreError.InvalidLocation, $"Not of {id}."));
        return mock;
    }
}
