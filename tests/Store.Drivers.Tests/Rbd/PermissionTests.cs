using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Rbd;

/// <summary>What users with the rights that operators give can do.</summary>
[TestClass]
public sealed class PermissionTests
{
    private const int Length = (5 << 20) + 3;

    [TestMethod]
    public async Task Who_has_the_profile_of_RBD_for_the_pool_alone_can_do_all_that_a_store_does()
    {
        Require();
        await using var driver = new RbdDriver(CephServer.Options());
        await DoAllAsync(driver);
    }

    [TestMethod]
    public async Task Who_has_it_for_one_namespace_alone_can_do_all_that_a_store_does_there_and_nothing_elsewhere()
    {
        await using var place = TestPlace.New();
        var (pool, tenant) = place.Options.PoolParts;
        using var user = TestUser.New("profile rbd", $"profile rbd pool={pool} namespace={tenant}");
        await using (var driver = new RbdDriver(user.Options(place.Options)))
        {
            await DoAllAsync(driver);
        }

        await using var stranger = new RbdDriver(user.Options(place.Options) with { Pool = pool });
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stranger.OpenWriteAsync(ImageId.New(), new WriteIntent(WriteMode.CreateNew, 1), default).AsTask());
        Assert.AreEqual(StoreError.AccessDenied, error.Error, error.Message);
    }

    [TestMethod]
    public async Task Who_has_rights_of_the_older_style_can_do_all_that_a_store_does()
    {
        Require();
        await using var driver = new RbdDriver(CephServer.Options() with { User = "legacy" });
        await DoAllAsync(driver);
    }

    [TestMethod]
    public async Task Who_may_only_read_finds_lists_and_reads_and_is_refused_the_rest()
    {
        Require();
        await using var owner = new ImageStore("rbd", new RbdDriver(CephServer.Options()));
        await using var reader = new ImageStore("rbd", new RbdDriver(CephServer.Options() with { User = "reader" }));
        var (id, content) = (ImageId.New(), new SyntheticContent(1));
        await using var source = new SyntheticStream(content, Length);
        await owner.PutAsync(id, source);
        var location = reader.LocationOf(id);
        Assert.AreEqual(Length, (await reader.FindAsync(location))?.Size);
        CollectionAssert.AreEqual(content.Bytes(Length), await ReadAsync(reader, location));
        var listed = await reader.GetFeature<IListing>()!.ListAsync(new ListingRequest(id.Value), default);
        Assert.AreEqual(id.Value, listed.Images.Single().Name);
        await RefusedAsync(() => reader.DeleteAsync(location));
        await RefusedAsync(() => reader.PutAsync(ImageId.New(), new MemoryStream([1])));
        Assert.AreEqual(Length, (await owner.FindAsync(location))?.Size, "It is untouched.");
        Assert.IsTrue(await owner.DeleteAsync(location));
    }

    [TestMethod]
    public async Task A_probe_tells_a_user_who_may_only_read_that_he_may_not_write()
    {
        Require();
        await using var driver = new RbdDriver(CephServer.Options() with { User = "reader" });
        var findings = await driver.ProbeAsync(default).ToListAsync();
        Assert.AreEqual(ProbeAnswer.Yes, findings[0].Answer, findings[0].Detail);
        Assert.AreEqual(ProbeAnswer.No, findings[^1].Answer, findings[^1].Detail);
        Assert.Contains("profile rbd", findings[^1].Detail);
    }

    [TestMethod]
    public async Task Data_in_a_pool_of_their_own_are_written_there_and_go_with_the_image()
    {
        Require();
        const string DataPool = "images-data";
        CephServer.MakePool(DataPool);
        var options = CephServer.Options() with { User = "admin", DataPool = DataPool };
        using var data = CephServer.OpenPool(DataPool);
        var before = CephServer.Objects(data);
        await using var driver = new RbdDriver(options);
        await DoAllAsync(driver);
        await using var store = new ImageStore("rbd", new RbdDriver(options));
        var id = ImageId.New();
        await using var source = new SyntheticStream(new SyntheticContent(1), Length);
        var receipt = await store.PutAsync(id, source);
        Assert.Contains($"\"data_pool\":\"{DataPool}\"", System.Text.Encoding.UTF8.GetString(CephServer.Rbd("info", $"{CephServer.Pool}/{id}", "--format", "json")));
        Assert.IsNotEmpty(CephServer.Objects(data).Except(before));
        Assert.IsTrue(await store.DeleteAsync(receipt.Location));
        Assert.IsEmpty(CephServer.Objects(data).Except(before));
    }

    [TestMethod]
    public async Task A_pool_for_data_that_is_not_there_is_a_mistake_of_the_configuration()
    {
        Require();
        await using var driver = new RbdDriver(CephServer.Options() with { DataPool = "nowhere" });
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => driver.OpenWriteAsync(ImageId.New(), new WriteIntent(WriteMode.CreateNew, 1), default).AsTask());
        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error, error.Message);
        Assert.Contains("DataPool", error.Message);
    }

    // Put, find, list, read, copy, go on with, replace, sweep, probe and delete.
    private static async Task DoAllAsync(RbdDriver driver)
    {
        var store = new ImageStore("rbd", driver);
        var (id, copy, content) = (ImageId.New(), ImageId.New(), new SyntheticContent(7));
        foreach (var mode in new[] { WriteMode.CreateNew, WriteMode.Replace })
        {
            await using var source = new SyntheticStream(content, Length);
            await store.PutAsync(id, source, new PutOptions { Mode = mode });
        }

        var location = store.LocationOf(id);
        var found = await driver.FindAsync(location, default);
        await driver.CopyAsync(driver, found!, copy, WriteMode.CreateNew, default);
        CollectionAssert.AreEqual(content.Bytes(Length), await ReadAsync(store, location));
        CollectionAssert.AreEqual(content.Bytes(Length), await ReadAsync(store, store.LocationOf(copy)));
        await GoOnAsync(driver);
        Assert.AreEqual(Length, (await driver.ListAsync(new ListingRequest(id.Value), default)).Images.Single().Stored.Size);
        foreach (var finding in await driver.ProbeAsync(default).ToListAsync())
        {
            Assert.AreEqual(ProbeAnswer.Yes, finding.Answer, finding.Detail);
        }

        Assert.IsTrue(await store.DeleteAsync(store.LocationOf(copy)));
        Assert.IsTrue(await store.DeleteAsync(location));
        Assert.IsNull(await store.FindAsync(location));
    }

    // An upload that was left behind is gone on with, or swept.
    private static async Task GoOnAsync(RbdDriver driver)
    {
        var id = ImageId.New();
        var intent = new WriteIntent(WriteMode.CreateNew, Length) { StaysOpen = true };
        var first = await driver.OpenWriteAsync(id, intent, default);
        var token = first.Token!;
        await first.DisposeAsync();
        await using (var second = await driver.ReopenWriteAsync(id, intent with { StaysOpen = false }, token, default))
        {
            Assert.AreEqual(token, second.Token);
        }

        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => driver.ReopenWriteAsync(id, intent, token, default).AsTask());
        Assert.AreEqual(StoreError.NotFound, error.Error, error.Message);
        await driver.SweepAsync(DateTimeOffset.UtcNow.AddDays(-1), SweepMode.Remove, default).ToListAsync();
    }

    private static async Task RefusedAsync(Func<Task> act)
    {
        var error = await Assert.ThrowsExactlyAsync<StoreException>(act);
        Assert.AreEqual(StoreError.AccessDenied, error.Error, error.Message);
    }

    private static async Task<byte[]> ReadAsync(ImageStore store, ImageLocation location)
    {
        await using var stream = await store.OpenReadAsync(location);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private static void Require()
    {
        if (CephServer.SkipReason is { } reason)
        {
            SkippedServers.Skip("ceph", reason);
        }
    }
}
