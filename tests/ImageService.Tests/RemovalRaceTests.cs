using GlanceStore.ImageService.Checking;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Transfers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace GlanceStore.ImageService.Tests;

/// <summary>What else is done, by other processes, while one of them removes data and waits in the middle for the store.</summary>
public abstract class RemovalRaceTests : DatabaseTests
{
    private const string CopyToCold = """{"method": {"name": "copy-image"}, "stores": ["cold"]}""";
    private static readonly byte[] Image = SomeBytes.Of(1000);

    [TestMethod]
    public async Task A_copy_that_is_made_anew_is_not_taken_away_by_whoever_is_late_with_removing_the_one_before()
    {
        var id = await CopiedAsync();
        await MarkCopyAsync(id);
        await RemoveAsync("cold", id, InUse.IsWaitedFor, async () =>
        {
            await RecoverAsync();
            Assert.Contains("still to be removed", await CopyAsync(id));
        });
        Assert.IsEmpty(Service.StoredIn("cold"));
        await CopyAsync(id);
        Assert.AreSequenceEqual(new[] { id }, Service.StoredIn("cold"));
        Assert.AreEqual(0, await CheckAsync());
    }

    [TestMethod]
    public async Task A_copy_in_use_that_its_caller_keeps_is_not_removed_by_whoever_cleans_up_at_that_moment()
    {
        var id = await CopiedAsync();
        await MarkCopyAsync(id);
        var e = await Assert.ThrowsExactlyAsync<ApiException>(() => RemoveAsync("cold", id, InUse.IsTold, RecoverAsync, isInUse: true));
        Assert.AreEqual(409, e.Status);
        await RecoverAsync();
        Assert.AreSequenceEqual(new[] { id }, Service.StoredIn("cold"));
        Assert.AreEqual("fast,cold", (await Client.GetAsync($"/v2/images/{id}"))["stores"]);
    }

    [TestMethod]
    public async Task An_image_in_use_that_its_caller_keeps_is_not_removed_by_whoever_cleans_up_at_that_moment()
    {
        var id = await Client.StoreAsync(Image);
        await ExecuteAsync("UPDATE images SET status_before = status, status = 'pending_delete' WHERE id = @id", id);
        await using var busy = SlowStores.Of(
            Service, "fast", () => RemovalFrom(Service.Stores).RemoveImageAsync(id, InUse.IsWaitedFor, CancellationToken.None), isInUse: true);
        var e = await Assert.ThrowsExactlyAsync<ApiException>(() => RemovalFrom(busy).RemoveImageAsync(id, InUse.IsTold, CancellationToken.None));
        Assert.AreEqual(409, e.Status);
        await RecoverAsync();
        Assert.AreSequenceEqual(Image, (await Client.DownloadAsync(id)).Is(200).Body);
    }

    [TestMethod]
    public async Task Removing_a_copy_leaves_another_place_alone_that_has_come_to_its_position()
    {
        var id = await CopiedAsync();
        await MarkCopyAsync(id);
        await RemoveAsync("cold", id, InUse.IsWaitedFor, async () =>
        {
            await ExecuteAsync("UPDATE image_locations SET position = 7 WHERE image_id = @id AND store = 'cold'", id);
            await ExecuteAsync("UPDATE image_locations SET position = 1 WHERE image_id = @id AND store = 'fast'", id);
        });
        Assert.AreSequenceEqual(Image, (await Client.DownloadAsync(id)).Is(200).Body);
        Assert.AreEqual("fast", (await Client.GetAsync($"/v2/images/{id}"))["stores"]);
        Assert.IsEmpty(Service.StoredIn("cold"));
    }

    [TestMethod]
    public async Task What_a_process_was_removing_when_it_died_is_removed_once_its_lease_has_ended_and_not_before()
    {
        var id = await CopiedAsync();
        await MarkCopyAsync(id);
        await ExecuteAsync("UPDATE image_locations SET claimed_by = 'dead', lease_until = 9000000000000000 WHERE image_id = @id AND store = 'cold'", id);
        await RecoverAsync();
        Assert.AreSequenceEqual(new[] { id }, Service.StoredIn("cold"));
        await ExecuteAsync("UPDATE image_locations SET lease_until = 1 WHERE image_id = @id AND store = 'cold'", id);
        await RecoverAsync();
        Assert.IsEmpty(Service.StoredIn("cold"));
        Assert.AreEqual("fast", (await Client.GetAsync($"/v2/images/{id}"))["stores"]);
    }

    private async Task<string> CopiedAsync()
    {
        var id = await Client.StoreAsync(Image);
        await CopyAsync(id);
        Assert.AreSequenceEqual(new[] { id }, Service.StoredIn("cold"));
        return id;
    }

    // What the task says at its end.
    private async Task<string> CopyAsync(string id)
    {
        (await Client.PostAsync($"/v2/images/{id}/import", CopyToCold)).Is(202);
        await Imports.EndAsync(Service, id);
        return (string)(await Imports.LastTaskAsync(Service, id))["message"]!;
    }

    // As far as a DELETE of the copy has come before it asks the store.
    private Task MarkCopyAsync(string id) => ExecuteAsync("UPDATE image_locations SET status = 'pending_delete' WHERE image_id = @id AND store = 'cold'", id);

    private async Task RemoveAsync(string store, string id, InUse inUse, Func<Task> meanwhile, bool isInUse = false)
    {
        await using var slow = SlowStores.Of(Service, store, meanwhile, isInUse);
        await RemovalFrom(slow).RemovePlacesAsync(id, inUse, CancellationToken.None);
    }

    private DataRemoval RemovalFrom(ImageStores stores) => new(Service.Database, stores, new ServiceOptions(), TimeProvider.System, NullLogger<DataRemoval>.Instance);

    private Task RecoverAsync() => Service.Services.GetRequiredService<Recovery>().RunOnceAsync(CancellationToken.None);

    private Task<int> ExecuteAsync(string sql, string id) => Service.Database.WriteAsync(session => session.ExecuteAsync(sql, new { id }), CancellationToken.None);

    private Task<int> CheckAsync() =>
        CheckCommand.RunAsync(["db", "check", "--sample", "100%", .. Service.Arguments], TextWriter.Null, TextWriter.Null, CancellationToken.None);
}

[TestClass]
public sealed class SqliteRemovalRaceTests : RemovalRaceTests;

[TestClass]
public sealed class PostgreSqlRemovalRaceTests : RemovalRaceTests
{
    private readonly PostgreSqlDatabase _database = new();

    private protected override Task<string[]> SettingsAsync() => _database.CreateAsync();

    private protected override Task ForgetAsync() => _database.DropAsync();
}
