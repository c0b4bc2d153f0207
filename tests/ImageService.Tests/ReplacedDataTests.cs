using GlanceStore.Conformance;
using GlanceStore.Drivers.File;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Transfers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace GlanceStore.ImageService.Tests;

/// <summary>Data that a conversion has replaced, in a store that says that they are in use.</summary>
public abstract class ReplacedDataTests : DatabaseTests
{
    [TestMethod]
    public async Task Data_that_were_replaced_never_come_back_and_go_once_nobody_uses_them()
    {
        var id = await Client.StoreAsync(SomeBytes.Of(1000));
        var old = new ImageId("what-it-was");
        await Service.Stores["fast"].PutAsync(old, new MemoryStream([1, 2, 3]));
        await Service.Database.WriteAsync(session => Locations.NoteAsync(session, id, Service.Stores["fast"].LocationOf(old), "discarded"), CancellationToken.None);
        Assert.IsFalse(await RemovalFrom(StoreInUse()).RemovePlacesAsync(id, InUse.IsTold, CancellationToken.None));
        Assert.AreEqual("discarded", await StatusAsync("what-it-was"));
        Assert.AreEqual("fast", (await Client.GetAsync($"/v2/images/{id}"))["stores"]);
        await Service.Services.GetRequiredService<Recovery>().RunOnceAsync(CancellationToken.None);
        Assert.IsNull(await StatusAsync("what-it-was"));
        Assert.AreSequenceEqual(new[] { id }, Service.StoredIn("fast"));
    }

    [TestMethod]
    public async Task A_copy_that_a_caller_wants_deleted_and_that_is_in_use_does()
    {
        var id = await Client.StoreAsync(SomeBytes.Of(1000));
        await Service.Database.WriteAsync(session => session.ExecuteAsync("UPDATE image_locations SET status = 'pending_delete' WHERE image_id = @id", new { id }), CancellationToken.None);
        var e = await Assert.ThrowsExactlyAsync<ApiException>(() => RemovalFrom(StoreInUse()).RemovePlacesAsync(id, InUse.IsTold, CancellationToken.None));
        Assert.AreEqual(409, e.Status);
        Assert.AreEqual("active", await StatusAsync(id));
    }

    private DataRemoval RemovalFrom(IImageStore store) =>
        new(Service.Database, new ImageStores([store]), new ServiceOptions(), TimeProvider.System, NullLogger<DataRemoval>.Instance);

    private ImageStore StoreInUse()
    {
        var plan = new FaultPlan();
        plan.OnEach(DriverCall.Delete).Fail(StoreError.InUse);
        return new ImageStore("fast", new FaultyDriver(new FileDriver(new FileDriverOptions { Directory = Service.At("fast") }), plan));
    }

    // Null where no such place is noted.
    private Task<string?> StatusAsync(string name) => Service.Database.ReadAsync(
        session => session.FindAsync<string>("SELECT status FROM image_locations WHERE url LIKE @end", new { end = $"%/{name}" }), CancellationToken.None);
}

[TestClass]
public sealed class SqliteReplacedDataTests : ReplacedDataTests;

[TestClass]
public sealed class PostgreSqlReplacedDataTests : ReplacedDataTests
{
    private readonly PostgreSqlDatabase _database = new();

    private protected override Task<string[]> SettingsAsync() => _database.CreateAsync();

    private protected override Task ForgetAsync() => _database.DropAsync();
}
