using GlanceStore.ImageService.Conversion;
using GlanceStore.ImageService.Imports;
using GlanceStore.ImageService.Transfers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace GlanceStore.ImageService.Tests;

/// <summary>Processes that stand still for longer than their lease, in the middle of removing what another one left, and go on when it was all done without them.</summary>
public abstract class LateRunTests : DatabaseTests
{
    private static readonly byte[] Image = SomeBytes.Of(100_000);

    // Nobody but the tests works here, and nobody notices by the clock that a lease was lost.
    private protected override string[] Settings => ["ImageService:ImportWorkers=0", "ImageService:UploadLease=01:00:00", .. Imports.FromLoopback];

    [TestMethod]
    public async Task A_run_that_is_late_removes_nothing_of_the_one_that_did_its_import()
    {
        var id = await StagedAsync();
        (await Client.PostAsync($"/v2/images/{id}/import", Imports.Direct)).Is(202);
        await LeaveAsync("fast", id);
        await RunLateAsync("fast");
        Assert.AreSequenceEqual(Image, (await Client.DownloadAsync(id)).Is(200).Body);
        Assert.AreEqual("success", (string?)(await Imports.LastTaskAsync(Service, id))["status"]);
        Assert.IsEmpty(Service.StoredIn("hidden"));
    }

    [TestMethod]
    public async Task A_run_that_is_late_removes_nothing_of_the_one_that_did_its_conversion()
    {
        var id = await Client.StoreAsync(Qcow2.Empty(1 << 20), "\"disk_format\": \"qcow2\", \"container_format\": \"bare\"");
        var task = (await Client.PostAsync($"/v2/images/{id}/actions/convert", """{"disk_format": "raw"}""")).Is(202)["id"]!;
        await LeaveAsync("fast", task);
        await RunLateAsync("fast");
        Assert.AreSequenceEqual(new byte[1 << 20], (await Client.DownloadAsync(id)).Is(200).Body);
        Assert.AreSequenceEqual(new[] { task }, Service.StoredIn("fast"));
    }

    [TestMethod]
    public async Task Whoever_is_late_with_taking_an_upload_back_removes_nothing_of_the_next_one()
    {
        var id = await Client.CreateAsync();
        await LeaveAsync("fast", id);
        await SetAsync("UPDATE images SET status = 'saving', upload_id = 'dead', upload_store = 'fast', lease_until = 1 WHERE id = @id", id);
        await using var slow = SlowStores.Of(Service, "fast", async () =>
        {
            await SetAsync("UPDATE images SET lease_until = 1 WHERE id = @id", id);
            await RecoverAsync();
            (await Client.UploadAsync(id, Image)).Is(204);
        });
        var removal = new DataRemoval(Service.Database, slow, new ServiceOptions(), TimeProvider.System, NullLogger<DataRemoval>.Instance);
        await ActivatorUtilities.CreateInstance<Recovery>(Service.Services, removal).RunOnceAsync(CancellationToken.None);
        Assert.AreSequenceEqual(Image, (await Client.DownloadAsync(id)).Is(200).Body);
    }

    [TestMethod]
    public async Task What_is_staged_anew_is_not_taken_away_by_whoever_is_late_with_removing_what_was_staged_before()
    {
        var id = await StagedAsync();
        await SetAsync("UPDATE images SET status = 'queued' WHERE id = @id", id);
        await using var slow = SlowStores.Of(Service, "hidden", async () =>
        {
            await RecoverAsync();
            (await Imports.StageAsync(Client, id, Image)).Refuses(409, "is being removed");
        });
        await new StagingArea(Service.Database, slow, new ServiceOptions { Staging = "hidden" }, TimeProvider.System).CleanAsync(id, CancellationToken.None);
        Assert.IsEmpty(Service.StoredIn("hidden"));
        (await Imports.StageAsync(Client, id, Image)).Is(204);
        (await Client.PostAsync($"/v2/images/{id}/import", Imports.Direct)).Is(202);
        await RunAsync(Service.Stores, await ClaimAsync());
        Assert.AreSequenceEqual(Image, (await Client.DownloadAsync(id)).Is(200).Body);
    }

    [TestMethod]
    public async Task What_was_staged_and_a_process_died_of_removing_it_is_removed_once_its_lease_has_ended()
    {
        var id = await StagedAsync();
        await SetAsync("UPDATE images SET status = 'queued', cleaned_by = 'dead', cleaned_until = 9000000000000000 WHERE id = @id", id);
        await RecoverAsync();
        Assert.AreSequenceEqual(new[] { id }, Service.StoredIn("hidden"));
        await SetAsync("UPDATE images SET cleaned_until = 1 WHERE id = @id", id);
        await RecoverAsync();
        Assert.IsEmpty(Service.StoredIn("hidden"));
        (await Client.UploadAsync(id, Image)).Is(204);
    }

    [TestMethod]
    public async Task A_task_that_makes_an_image_is_taken_up_after_its_worker_was_killed_and_makes_one()
    {
        using var web = Imports.Web(Image);
        var id = (await Client.PostAsync("/v2/tasks", Imports.MakingOf($"{web.Url}/disk", "raw"))).Is(201)["image_id"]!;
        Assert.IsNotNull(await Service.Services.GetRequiredService<ImportRecords>().TakeImageAsync(await ClaimAsync(), CancellationToken.None));
        await LeaveAsync("fast", id);
        await EndLeasesAsync();
        await RunAsync(Service.Stores, await ClaimAsync());
        Assert.AreSequenceEqual(Image, (await Client.DownloadAsync(id)).Is(200).Body);
        Assert.HasCount(1, (await Client.GetAsync("/v2/images")).Is(200).Json["images"]!.AsArray());
    }

    [TestMethod]
    public async Task Of_a_task_that_makes_an_image_and_that_every_process_died_of_no_data_are_left_without_an_image()
    {
        using var web = Imports.Web(Image);
        var id = (await Client.PostAsync("/v2/tasks", Imports.MakingOf($"{web.Url}/disk", "raw"))).Is(201)["image_id"]!;
        Assert.IsNotNull(await Service.Services.GetRequiredService<ImportRecords>().TakeImageAsync(await ClaimAsync(), CancellationToken.None));
        await LeaveAsync("fast", id);
        await SetAsync("UPDATE tasks SET lease_until = 1, attempts = 5 WHERE image_id = @id", id);
        await RunAsync(Service.Stores, await ClaimAsync());
        (await Client.GetAsync($"/v2/images/{id}")).Is(404);
        Assert.IsEmpty(Service.StoredIn("fast"));
        Assert.AreEqual("deleted", await Service.Database.ReadAsync(session => session.FindAsync<string>("SELECT status FROM images WHERE id = @id", new { id }), CancellationToken.None));
    }

    [TestMethod]
    public async Task An_import_that_was_under_way_at_every_stop_of_a_rolling_restart_is_done_after_the_last()
    {
        var id = await StagedAsync();
        (await Client.PostAsync($"/v2/images/{id}/import", Imports.Direct)).Is(202);
        for (var stop = 0; stop < ImportRecords.MaxAttempts + 1; stop++)
        {
            await RunAsync(Service.Stores, await ClaimAsync(), new CancellationToken(canceled: true));
            Assert.AreEqual("pending", (string?)(await Imports.LastTaskAsync(Service, id))["status"]);
        }

        await RunAsync(Service.Stores, await ClaimAsync());
        Assert.AreSequenceEqual(Image, (await Client.DownloadAsync(id)).Is(200).Body);
        Assert.IsEmpty(Service.StoredIn("hidden"));
    }

    [TestMethod]
    public async Task Places_that_are_noted_at_the_same_moment_are_all_noted()
    {
        var id = await Client.CreateAsync();
        ImageLocation[] places = [.. Enumerable.Range(0, 24).Select(_ => Service.Stores["cold"].LocationOf(ImageId.New()))];
        await Task.WhenAll(places.Append(places[0]).Select(place => Service.Database.WriteAsync(session => Locations.NoteAsync(session, id, place, "converting"), CancellationToken.None)));
        Assert.AreEqual(24, await Service.Database.ReadAsync(
            session => session.FindAsync<long>("SELECT COUNT(DISTINCT position) FROM image_locations WHERE image_id = @id", new { id }), CancellationToken.None));
    }

    // What a worker left that was killed before.
    private Task LeaveAsync(string store, string name) => Service.Stores[store].PutAsync(new ImageId(name), new MemoryStream(SomeBytes.Of(1000, 9)));

    private async Task<string> StagedAsync()
    {
        var id = await Client.CreateAsync();
        (await Imports.StageAsync(Client, id, Image)).Is(204);
        return id;
    }

    // Somebody else does the task from its beginning to its end while the one that has it first is about to delete something.
    private async Task RunLateAsync(string store)
    {
        var late = await ClaimAsync();
        await using var slow = SlowStores.Of(Service, store, async () =>
        {
            await EndLeasesAsync();
            await RunAsync(Service.Stores, await ClaimAsync());
        });
        await RunAsync(slow, late);
    }

    private async Task<ImportTask> ClaimAsync()
    {
        var task = await Service.Services.GetRequiredService<ImportRecords>().ClaimAsync(Imported.All, CancellationToken.None);
        Assert.IsNotNull(task);
        return task;
    }

    private Task RunAsync(ImageStores stores, ImportTask task, CancellationToken stopping = default)
    {
        var conversions = ActivatorUtilities.CreateInstance<ConversionRun>(Service.Services, stores);
        return ActivatorUtilities.CreateInstance<ImportRun>(Service.Services, stores, conversions).RunAsync(task, stopping);
    }

    private Task EndLeasesAsync() => SetAsync("UPDATE tasks SET lease_until = 1 WHERE status = 'processing'", "");

    private Task RecoverAsync() => Service.Services.GetRequiredService<Recovery>().RunOnceAsync(CancellationToken.None);

    private Task<int> SetAsync(string sql, string id) => Service.Database.WriteAsync(session => session.ExecuteAsync(sql, new { id }), CancellationToken.None);
}

[TestClass]
public sealed class SqliteLateRunTests : LateRunTests;

[TestClass]
public sealed class PostgreSqlLateRunTests : LateRunTests
{
    private readonly PostgreSqlDatabase _database = new();

    private protected override Task<string[]> SettingsAsync() => _database.CreateAsync();

    private protected override Task ForgetAsync() => _database.DropAsync();
}
