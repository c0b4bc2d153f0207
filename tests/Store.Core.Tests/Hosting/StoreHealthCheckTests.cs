using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Moq;

namespace GlanceStore.Core.Tests.Hosting;

[TestClass]
public sealed class StoreHealthCheckTests
{
    [TestMethod]
    public async Task A_store_that_reads_and_writes_is_healthy_and_nothing_stays_in_it()
    {
        var storage = new MemoryStorage();
        await using var provider = new ServiceCollection()
            .AddLogging()
            .AddGlanceStore(stores => stores.AddMemory("a", options => options with { Storage = storage }))
            .AddHealthChecks().AddGlanceStore(tags: ["ready"]).Services
            .BuildServiceProvider();
        var report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.AreEqual(HealthStatus.Healthy, report.Status);
        Assert.AreEqual("can read and write", report.Entries["glance_store"].Data["a"]);
        Assert.IsEmpty(storage.Names);
    }

    [TestMethod]
    public async Task A_store_that_cannot_be_read_is_unhealthy()
    {
        var mock = Store("a");
        mock.Setup(store => store.FindAsync(It.IsAny<ImageLocation>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new StoreException(StoreError.Unavailable, "It is down."));
        var result = await CheckAsync(mock);
        Assert.AreEqual(HealthStatus.Unhealthy, result.Status);
        Assert.AreEqual("The store 'a' cannot read: It is down.", result.Description);
        mock.Verify(store => store.PutAsync(It.IsAny<ImageId>(), It.IsAny<Stream>(), It.IsAny<PutOptions>(), It.IsAny<CancellationToken>()), Times.Never);
    }

    [TestMethod]
    public async Task A_store_that_can_only_not_be_written_is_degraded()
    {
        var mock = Store("a");
        mock.Setup(store => store.PutAsync(It.IsAny<ImageId>(), It.IsAny<Stream>(), It.IsAny<PutOptions>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new StoreException(StoreError.OutOfSpace, "It is full."));
        var result = await CheckAsync(mock);
        Assert.AreEqual(HealthStatus.Degraded, result.Status);
        Assert.AreEqual("can read and cannot write: It is full.", result.Data["a"]);
    }

    [TestMethod]
    public async Task A_read_only_store_is_not_written()
    {
        var mock = Store("a", new DriverCapabilities { CanWrite = false });
        var result = await CheckAsync(mock);
        Assert.AreEqual(HealthStatus.Healthy, result.Status);
        mock.Verify(store => store.PutAsync(It.IsAny<ImageId>(), It.IsAny<Stream>(), It.IsAny<PutOptions>(), It.IsAny<CancellationToken>()), Times.Never);
    }

    [TestMethod]
    public async Task A_store_that_has_no_locations_of_its_own_is_not_checked()
    {
        var mock = Store("a");
        mock.Setup(store => store.LocationOf(It.IsAny<ImageId>())).Throws(new StoreException(StoreError.Unsupported, "It has none."));
        var result = await CheckAsync(mock);
        Assert.AreEqual(HealthStatus.Healthy, result.Status);
        Assert.StartsWith("not checked", (string)result.Data["a"]);
    }

    [TestMethod]
    public async Task The_worst_of_several_stores_decides_and_each_is_told_of()
    {
        var down = Store("down");
        down.Setup(store => store.FindAsync(It.IsAny<ImageLocation>(), It.IsAny<CancellationToken>())).ThrowsAsync(new IOException("broken"));
        var result = await CheckAsync(Store("up"), down);
        Assert.AreEqual(HealthStatus.Unhealthy, result.Status);
        Assert.AreEqual("can read and write", result.Data["up"]);
        Assert.AreEqual("cannot read: broken", result.Data["down"]);
    }

    [TestMethod]
    public async Task Cancellation_is_not_turned_into_a_result()
    {
        var mock = Store("a");
        using var cancellation = new CancellationTokenSource();
        mock.Setup(store => store.FindAsync(It.IsAny<ImageLocation>(), It.IsAny<CancellationToken>())).Returns(async (ImageLocation _, CancellationToken token) =>
        {
            await cancellation.CancelAsync();
            token.ThrowIfCancellationRequested();
            return null;
        });
        var check = new StoreHealthCheck(new ImageStores([mock.Object]));
        await Assert.ThrowsAsync<OperationCanceledException>(() => check.CheckHealthAsync(ContextOf(check), cancellation.Token));
    }

    [TestMethod]
    public async Task A_check_that_is_cancelled_before_its_delete_leaves_no_image()
    {
        var mock = Store("a");
        using var cancellation = new CancellationTokenSource();
        var deleted = new List<(ImageLocation Location, bool Cancelled)>();
        mock.Setup(store => store.DeleteAsync(It.IsAny<ImageLocation>(), It.IsAny<DeleteOptions?>(), It.IsAny<CancellationToken>()))
            .Returns(async (ImageLocation location, DeleteOptions? _, CancellationToken token) =>
            {
                await cancellation.CancelAsync();
                deleted.Add((location, token.IsCancellationRequested));
                token.ThrowIfCancellationRequested();
                return true;
            });
        var check = new StoreHealthCheck(new ImageStores([mock.Object]));
        await Assert.ThrowsAsync<OperationCanceledException>(() => check.CheckHealthAsync(ContextOf(check), cancellation.Token));
        Assert.AreEqual("True, False", string.Join(", ", deleted.Select(call => call.Cancelled)));
        Assert.AreEqual(deleted[0].Location, deleted[1].Location);
    }

    [TestMethod]
    public async Task A_delete_that_fails_once_leaves_no_image()
    {
        var mock = Store("a");
        mock.SetupSequence(store => store.DeleteAsync(It.IsAny<ImageLocation>(), It.IsAny<DeleteOptions?>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new StoreException(StoreError.Unavailable, "It is down."))
            .ReturnsAsync(true);
        var result = await CheckAsync(mock);
        Assert.AreEqual(HealthStatus.Degraded, result.Status);
        Assert.AreEqual("can read and cannot write: It is down.", result.Data["a"]);
        mock.Verify(store => store.DeleteAsync(It.IsAny<ImageLocation>(), It.IsAny<DeleteOptions?>(), It.IsAny<CancellationToken>()), Times.Exactly(2));
    }

    [TestMethod]
    public async Task A_store_that_is_down_is_unhealthy_and_says_why()
    {
        var check = new StoreHealthCheck(new ImageStores([Store("a").Object], "a", [new DownStore("b", "file", "/srv is no directory.")]));
        var result = await check.CheckHealthAsync(ContextOf(check));
        Assert.AreEqual((HealthStatus.Unhealthy, "is down: /srv is no directory."), (result.Status, result.Data["b"]));
    }

    private static Task<HealthCheckResult> CheckAsync(params Mock<IImageStore>[] stores)
    {
        var check = new StoreHealthCheck(new ImageStores(stores.Select(store => store.Object), stores[0].Object.Id));
        return check.CheckHealthAsync(ContextOf(check));
    }

    private static HealthCheckContext ContextOf(StoreHealthCheck check) =>
        new() { Registration = new HealthCheckRegistration("glance_store", check, failureStatus: null, tags: null) };

    private static Mock<IImageStore> Store(string id, DriverCapabilities? capabilities = null)
    {
        var mock = new Mock<IImageStore>();
        mock.SetupGet(store => store.Id).Returns(id);
        mock.SetupGet(store => store.Info).Returns(new StoreInfo(new DriverInfo("memory", ["memory"], capabilities ?? new DriverCapabilities())));
        mock.Setup(store => store.LocationOf(It.IsAny<ImageId>())).Returns((ImageId image) => new ImageLocation($"memory://x/{image}", id));
        mock.Setup(store => store.PutAsync(It.IsAny<ImageId>(), It.IsAny<Stream>(), It.IsAny<PutOptions>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((ImageId image, Stream _, PutOptions _, CancellationToken _) =>
                new ImageReceipt(new ImageLocation($"memory://x/{image}", id), 0, new ChunkManifest([])));
        return mock;
    }
}
