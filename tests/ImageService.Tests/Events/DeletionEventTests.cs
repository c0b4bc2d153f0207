using GlanceStore.Conformance;
using GlanceStore.Drivers.File;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Transfers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace GlanceStore.ImageService.Tests.Events;

/// <summary>Deletions of an image that its store does not give up: when it may be told that it is deleted.</summary>
[TestClass]
public sealed class DeletionEventTests
{
    [TestMethod]
    public async Task Whoever_cleans_up_while_an_image_in_use_is_deleted_neither_deletes_it_nor_tells_so()
    {
        await using var service = await StartAsync();
        var id = await service.Client.StoreAsync([1, 2, 3]);
        await using var busy = BusyStores(service);
        var removal = RemovalFrom(service, busy);
        await BeginToDeleteAsync(service, id, TimeSpan.Zero);
        await removal.RemoveImageAsync(id, InUse.IsWaitedFor, CancellationToken.None);
        var error = await Assert.ThrowsExactlyAsync<ApiException>(() => removal.RemoveImageAsync(id, InUse.IsTold, CancellationToken.None));
        Assert.AreEqual(409, error.Status);
        Assert.AreEqual("active", await service.Client.StatusOfAsync(id));
        Assert.AreEqual(0, await ToldAsync(service));
    }

    [TestMethod]
    public async Task An_image_in_use_whose_deleter_died_is_told_as_deleted_once_and_its_data_wait()
    {
        await using var service = await StartAsync();
        var id = await service.Client.StoreAsync([1, 2, 3]);
        await using var busy = BusyStores(service);
        var removal = RemovalFrom(service, busy);
        await BeginToDeleteAsync(service, id, TimeSpan.FromMinutes(2));
        await removal.RemoveImageAsync(id, InUse.IsWaitedFor, CancellationToken.None);
        Assert.AreEqual(1, await ToldAsync(service));
        Assert.HasCount(1, service.StoredIn("fast"));
        await service.Services.GetRequiredService<Recovery>().RunOnceAsync(CancellationToken.None);
        Assert.IsEmpty(service.StoredIn("fast"));
        Assert.AreEqual(1, await ToldAsync(service));
    }

    // Nobody is there to take an event, so that all stay where they can be counted.
    private static Task<RunningService> StartAsync() => RunningService.StartAsync("ImageService:Events:Webhooks:audit:Url=http://127.0.0.1:9/", "ImageService:UploadLease=01:00:00");

    private static ImageStores BusyStores(RunningService service)
    {
        var plan = new FaultPlan();
        plan.OnEach(DriverCall.Delete).Fail(StoreError.InUse);
        return new ImageStores([new ImageStore("fast", new FaultyDriver(new FileDriver(new FileDriverOptions { Directory = service.At("fast") }), plan))]);
    }

    private static DataRemoval RemovalFrom(RunningService service, ImageStores stores) =>
        new(service.Database, stores, new ServiceOptions(), TimeProvider.System, NullLogger<DataRemoval>.Instance);

    // As far as a DELETE has come before it asks a store.
    private static Task<int> BeginToDeleteAsync(RunningService service, string id, TimeSpan ago) => service.Database.WriteAsync(session => session.ExecuteAsync(
        "UPDATE images SET status_before = status, status = 'pending_delete', updated_at = updated_at - @ago WHERE id = @id", new { id, ago = (long)ago.TotalMicroseconds }), CancellationToken.None);

    private static Task<long> ToldAsync(RunningService service) => service.Database.ReadAsync(
        session => session.FindAsync<long>("SELECT COUNT(*) FROM events WHERE event_type = 'image.delete'"), CancellationToken.None);
}
