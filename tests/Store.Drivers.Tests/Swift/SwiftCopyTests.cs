namespace GlanceStore.Drivers.Swift;

/// <summary>Copies that the cluster makes within itself.</summary>
[TestClass]
public sealed class SwiftCopyTests
{
    private static readonly ImageStoreOptions Options = new() { ChunkBytes = 128 << 10, RetryDelay = TimeSpan.Zero, MaxAttempts = 3 };
    private static readonly byte[] Image = PythonStore.BytesOf(31, 500_003);

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Cancellation => TestContext.CancellationToken;

    [TestMethod]
    [DataRow("swift", SwiftManifest.Slo)]
    [DataRow("swift", SwiftManifest.Dlo)]
    [DataRow("keystone", SwiftManifest.Slo)]
    [DataRow("ceph", SwiftManifest.Slo)]
    public async Task A_cluster_copies_an_image_and_the_copy_outlives_it(string name, SwiftManifest manifest)
    {
        var server = SwiftServer.Of(name).Required();
        var (from, to) = (await server.NewPlaceAsync() with { Manifest = manifest }, await server.NewPlaceAsync() with { Manifest = manifest });
        await using var stores = new ImageStores(
            [new ImageStore("from", new SwiftDriver(from), Options), new ImageStore("to", new SwiftDriver(to), Options)], "from");
        foreach (var size in new[] { Image.Length, 1000 })
        {
            var id = ImageId.New();
            var receipt = await stores["from"].PutAsync(id, new MemoryStream(Image[..size]), null, Cancellation);
            var copy = await stores.CopyAsync(receipt.Location, "to", CopyOptions.Verify(receipt), Cancellation);
            Assert.AreEqual((CopyRoute.OnBackend, receipt.MultiHash), (copy.Route, copy.Receipt.MultiHash));
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

        Assert.IsEmpty(await server.ListAsync(from.Container));
        Assert.IsEmpty(await server.ListAsync(to.Container));
        await server.RemoveAsync(from.Container);
        await server.RemoveAsync(to.Container);
    }

    [TestMethod]
    [DataRow("swift")]
    [DataRow("ceph")]
    public async Task An_image_of_another_version_is_not_copied_and_nothing_is_left(string name)
    {
        var server = SwiftServer.Of(name).Required();
        var place = await server.NewPlaceAsync();
        await using var driver = new SwiftDriver(place);
        await using var store = new ImageStore("s", driver, Options);
        var id = ImageId.New();
        var receipt = await store.PutAsync(id, new MemoryStream(Image), null, Cancellation);
        var found = await store.FindAsync(receipt.Location, Cancellation);
        await store.PutAsync(id, new MemoryStream(PythonStore.BytesOf(32, Image.Length)), new PutOptions { Mode = WriteMode.Replace }, Cancellation);
        var held = await server.ListAsync(place.Container);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(async () =>
            await driver.CopyAsync(driver, found!, ImageId.New(), WriteMode.CreateNew, Cancellation));
        Assert.AreEqual(StoreError.Changed, error.Error);
        CollectionAssert.AreEquivalent(held.ToArray(), (await server.ListAsync(place.Container)).ToArray());
        await server.RemoveAsync(place.Container);
    }

    [TestMethod]
    [DataRow("swift")]
    [DataRow("ceph")]
    public async Task A_large_object_of_another_program_is_read_and_written_instead(string name)
    {
        var server = SwiftServer.Of(name).Required();
        var (from, to) = (await server.NewPlaceAsync(), await server.NewPlaceAsync());
        await using var stores = new ImageStores(
            [new ImageStore("from", new SwiftDriver(from), Options), new ImageStore("to", new SwiftDriver(to), Options)], "from");
        var receipt = await stores["from"].PutAsync(new ImageId("theirs"), new MemoryStream(Image), null, Cancellation);
        await stores["from"].DeleteAsync(receipt.Location, cancellationToken: Cancellation);
        await server.PutAsync($"/{from.Container}/theirs-00001", Image[..300_000]);
        await server.PutAsync($"/{from.Container}/theirs-00002", Image[300_000..]);
        await server.PutAsync($"/{from.Container}/theirs", [], ("X-Object-Manifest", $"{from.Container}/theirs-"));
        var copy = await stores.CopyAsync(receipt.Location, "to", CopyOptions.Verify(receipt), Cancellation);
        Assert.AreEqual(CopyRoute.ThroughHere, copy.Route);
        await server.RemoveAsync(from.Container);
        await server.RemoveAsync(to.Container);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public Task A_copy_refused_for_good_leaves_nothing_behind(bool atManifest) => WithAsync(
        request => atManifest ? request.IsManifest : request.IsSegment && request.Target.EndsWith("-00003", StringComparison.Ordinal), int.MaxValue, Fault.Status(403),
        async (stores, receipt, to) =>
        {
            var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.CopyAsync(receipt.Location, "to", CopyOptions.Verify(receipt), Cancellation));
            Assert.AreEqual(StoreError.AccessDenied, error.Error);
            Assert.IsEmpty(await SwiftServer.TempAuth.ListAsync(to));
        });

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public Task A_copy_survives_what_passes(bool atManifest) => WithAsync(
        request => atManifest ? request.IsManifest : request.IsSegment && request.Target.EndsWith("-00002", StringComparison.Ordinal), 1, Fault.Status(503),
        async (stores, receipt, to) =>
        {
            var copy = await stores.CopyAsync(receipt.Location, "to", CopyOptions.Verify(receipt), Cancellation);
            Assert.AreEqual(CopyRoute.OnBackend, copy.Route);
            Assert.HasCount(5, await SwiftServer.TempAuth.ListAsync(to), "Four segments and a manifest.");
            Assert.IsTrue(await stores["to"].DeleteAsync(copy.Receipt.Location, cancellationToken: Cancellation));
            Assert.IsEmpty(await SwiftServer.TempAuth.ListAsync(to));
        });

    [TestMethod]
    public async Task Only_a_store_of_the_same_account_is_copied_from()
    {
        var options = new SwiftDriverOptions { AuthAddress = "http://127.0.0.1:1/v3", User = "a:b", Key = "k" };
        await using var driver = new SwiftDriver(options);
        foreach (var (other, can) in new[]
        {
            (options with { Container = "other", ContainersSeed = 2 }, true),
            (options with { AuthAddress = "http://127.0.0.1:2/v3" }, false),
            (options with { User = "c:b" }, false),
            (options with { Key = "l" }, false),
            (options with { Region = "elsewhere" }, false),
        })
        {
            await using var source = new SwiftDriver(other);
            Assert.AreEqual(can, driver.CanCopyFrom(source), other.ToString());
        }
    }

    private async Task WithAsync(Func<ProxiedRequest, bool> fits, int count, Fault fault, Func<ImageStores, ImageReceipt, string, Task> body)
    {
        var server = SwiftServer.TempAuth.Required();
        var (source, target) = (await server.NewPlaceAsync(), await server.NewPlaceAsync());
        var script = FaultyProxy.First(count, request => request.Target.Contains(target.Container, StringComparison.Ordinal) && fits(request), fault);
        await using var proxy = new FaultyProxy(source.AuthAddress, script);
        var url = proxy.Url + "/auth/v1.0";
        await using (var stores = new ImageStores(
            [
                new ImageStore("from", new SwiftDriver(source with { AuthAddress = url }), Options),
                new ImageStore("to", new SwiftDriver(target with { AuthAddress = url }), Options),
            ], "from"))
        {
            var receipt = await stores["from"].PutAsync(ImageId.New(), new MemoryStream(Image), null, Cancellation);
            await body(stores, receipt, target.Container);
        }

        await server.RemoveAsync(source.Container);
        await server.RemoveAsync(target.Container);
    }
}
