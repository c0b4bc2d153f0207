using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;
using Microsoft.Extensions.Logging;
using Moq;

namespace GlanceStore.Core.Tests.Configuration;

/// <summary>Stores of several accounts behind one address: whose image a location is.</summary>
[TestClass]
public sealed class AccountTests
{
    private const string Address = "memory://h/a";
    private static readonly byte[] Image = [1, 2, 3, 4];

    [TestMethod]
    public async Task A_location_that_names_an_account_reaches_no_store_of_another()
    {
        await using var stores = Stores(("gold", "g"), ("silver", "s"));
        await stores["gold"].PutAsync(new ImageId("a"), new MemoryStream(Image));
        var location = stores.ParseLocation("memory://s:password@h/a");
        Assert.AreEqual(("silver", Address, "s"), (location.StoreId, location.Uri, location.Account));
        Assert.AreEqual(StoreError.InvalidLocation,
            Assert.ThrowsExactly<StoreException>(() => stores["gold"].ParseLocation("memory://s:password@h/a")).Error);
        Assert.IsFalse(await stores.DeleteAsync(location));
        Assert.IsNotNull(await stores["gold"].FindAsync(new ImageLocation(Address, null)), "The other account's image stays.");
        foreach (var named in new[] { location with { StoreId = "gold" }, location with { StoreId = null } })
        {
            Assert.AreEqual("silver", stores.Resolve(named).Store.Id);
        }

        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores["gold"].DeleteAsync(location with { StoreId = null }));
        Assert.AreEqual(StoreError.InvalidLocation, error.Error);
        Assert.ThrowsExactly<StoreException>(() => stores.ParseLocation("memory://nobody:password@h/a"));
    }

    [TestMethod]
    public async Task A_location_without_an_account_that_fits_several_is_told_to_a_reader_and_refused_for_a_delete()
    {
        var log = new Mock<ILogger<ImageStores>>();
        log.Setup(logger => logger.IsEnabled(It.IsAny<LogLevel>())).Returns(true);
        await using var stores = Stores(log.Object, ("gold", "g"), ("silver", "s"));
        await stores["gold"].PutAsync(new ImageId("a"), new MemoryStream(Image));
        var location = stores.ParseLocation(Address);
        Assert.IsNull(location.StoreId);
        var found = stores.Resolve(location);
        Assert.AreEqual(("gold", true, "silver"), (found.Store.Id, found.IsAmbiguous, found.Rivals.Single()));
        Assert.Contains("fits 'gold' and 'silver'", string.Join('\n', log.Invocations.Where(call => call.Method.Name == "Log").Select(call => call.Arguments[2])));
        await using (var image = await stores.OpenReadAsync([location]))
        {
            Assert.AreEqual(Image.Length, image.Object.Size);
        }

        foreach (var refused in new Func<Task>[]
        {
            () => stores.DeleteAsync(location), () => Task.FromResult(stores.StoreOf(location)),
            () => stores.MoveAsync(location, "silver", new CopyOptions { ExpectedDigests = [new Digest("md5", "08d6c05a21512a79a1dfeb9d2a8f262f")] }),
        })
        {
            var error = await Assert.ThrowsExactlyAsync<StoreException>(refused);
            Assert.AreEqual(StoreError.InvalidLocation, error.Error);
            Assert.Contains("'gold' and 'silver'", error.Message);
        }

        Assert.IsTrue(await stores.DeleteAsync(location with { StoreId = "gold" }));
    }

    [TestMethod]
    public async Task Two_stores_of_one_account_are_no_doubt()
    {
        await using var stores = Stores(("reader", "g"), ("writer", "g"));
        Assert.AreEqual("reader", stores.ParseLocation(Address).StoreId);
        Assert.AreEqual("reader", stores.StoreOf(new ImageLocation(Address, null)).Id);
    }

    [TestMethod]
    public async Task An_image_is_moved_between_stores_that_differ_by_their_account_alone()
    {
        await using var stores = Stores(("gold", "g"), ("silver", "s"));
        var receipt = await stores["gold"].PutAsync(new ImageId("a"), new MemoryStream(Image));
        var copy = await stores.CopyAsync(receipt.Location, "silver", CopyOptions.Verify(receipt));
        Assert.AreEqual(("silver", Address, "s"), (copy.Receipt.Location.StoreId, copy.Receipt.Location.Uri, copy.Receipt.Location.Account));
        Assert.IsTrue(await stores.DeleteAsync(copy.Receipt.Location));
        await stores.MoveAsync(receipt.Location, "silver", CopyOptions.Verify(receipt));
        Assert.IsNull(await stores["gold"].FindAsync(receipt.Location));
        Assert.IsNotNull(await stores["silver"].FindAsync(new ImageLocation(Address, "silver")));
    }

    [TestMethod]
    public async Task A_receipt_of_a_store_that_has_another_id_now_is_found_by_its_location()
    {
        await using var stores = Stores(("new", "g"));
        var found = stores.Resolve(new ImageLocation(Address, "old"));
        Assert.AreEqual(("new", "new", true), (found.Store.Id, found.Location.StoreId, found.IsAdopted));
        Assert.AreEqual(StoreError.InvalidConfiguration,
            Assert.ThrowsExactly<StoreException>(() => stores.Resolve(new ImageLocation("memory://elsewhere/a", "old"))).Error);
    }

    [TestMethod]
    public async Task A_receipt_whose_id_is_another_stores_now_is_found_by_its_location()
    {
        await using var stores = new ImageStores([Store("one", "h", "g"), Store("two", "i", "g")], "one");
        Assert.AreEqual("two", stores.Resolve(new ImageLocation("memory://i/a", "one")).Store.Id);
        Assert.AreEqual(StoreError.InvalidLocation, Assert.ThrowsExactly<StoreException>(() => stores.Resolve(new ImageLocation("memory://k/a", "one"))).Error);
    }

    [TestMethod]
    public async Task A_receipt_remembers_its_account_where_two_stores_have_swapped_their_ids()
    {
        await using var stores = Stores(("gold", "g"), ("silver", "s"));
        var receipt = ImageReceipt.FromJson((await stores["gold"].PutAsync(new ImageId("a"), new MemoryStream(Image))).ToJson());
        await using var swapped = Stores(("gold", "s"), ("silver", "g"));
        Assert.AreEqual("silver", swapped.StoreOf(receipt.Location).Id);
        await using var renamed = Stores(("gold", "renamed"), ("silver", "s"));
        Assert.AreEqual("gold", renamed.Resolve(receipt.Location).Store.Id, "Where nobody is known to have the account, the id counts for a read.");
        await using var gone = Stores(("bronze", "s"));
        Assert.ThrowsExactly<StoreException>(() => gone.StoreOf(receipt.Location), "Another account's store is not its heir.");
    }

    [TestMethod]
    public async Task An_image_of_an_account_that_is_gone_is_not_deleted_from_the_store_that_has_its_id_now()
    {
        await using var stores = Stores(("gold", "g"));
        var receipt = await stores["gold"].PutAsync(new ImageId("a"), new MemoryStream(Image));
        await using var taken = new ImageStores([Store("gold", "h", "other"), Store("vault", "v", "v")], "gold");
        await taken["gold"].PutAsync(new ImageId("a"), new MemoryStream(Image));
        foreach (var delete in new Func<Task>[]
        {
            () => taken.DeleteAsync(receipt.Location),
            () => taken.MoveAsync(receipt.Location, "vault", CopyOptions.Verify(receipt)),
        })
        {
            var error = await Assert.ThrowsExactlyAsync<StoreException>(delete);
            Assert.AreEqual(StoreError.InvalidLocation, error.Error);
            Assert.Contains("another account", error.Message);
        }

        Assert.IsNotNull(await taken["gold"].FindAsync(new ImageLocation(Address, "gold")));
        Assert.AreEqual("gold", taken.StoreOf(receipt.Location with { Account = "former other" }).Id, "A key that is listed was the same account's.");
        Assert.IsTrue(await taken.DeleteAsync(receipt.Location with { Account = null }), "Whoever names the store has said whose it is.");
    }

    private static ImageStores Stores(params (string Id, string Account)[] stores) => Stores(null, stores);

    private static ImageStores Stores(ILogger<ImageStores>? logger, params (string Id, string Account)[] stores) =>
        new(stores.Select(store => Store(store.Id, "h", store.Account)), stores[0].Id, logger: logger);

    private static ImageStore Store(string id, string name, string account) => new(id, new AccountDriver(name, account));

    /// <summary>Keeps accounts apart that their locations do not tell, as Swift and S3 do.</summary>
    private sealed class AccountDriver(string name, string account) : StoreDriver
    {
        private readonly MemoryDriver _inner = new(new MemoryDriverOptions { Name = name });

        public override DriverInfo Info => _inner.Info with { FormerAccounts = [$"former {account}"] };

        public override ImageLocation LocationOf(ImageId id) => _inner.LocationOf(id) with { Account = account };

        public override ImageLocation ParseLocation(string uri)
        {
            var at = uri.IndexOf('@', StringComparison.Ordinal);
            if (at < 0)
            {
                return _inner.ParseLocation(uri) with { Account = account };
            }

            var credentials = uri["memory://".Length..at].Split(':');
            return _inner.ParseLocation("memory://" + uri[(at + 1)..]) with
            {
                Account = credentials[0],
                Secret = new LocationSecret(credentials[0], credentials[1]),
            };
        }

        public override ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken) =>
            _inner.FindAsync(location, cancellationToken);

        public override ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken) =>
            _inner.OpenReadAsync(location, intent, cancellationToken);

        public override async ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken) =>
            await _inner.OpenWriteAsync(id, intent, cancellationToken);

        public override ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken) =>
            _inner.DeleteAsync(location, intent, cancellationToken);
    }
}
