using GlanceStore.Drivers.File.Tests;
using GlanceStore.Drivers.Testing;
using Microsoft.Data.Sqlite;

namespace GlanceStore.ImageService.Tests;

/// <summary>What the service needs and has not for a while: room, a store, its database, Keystone. The answer is 503, nothing is lost, and it goes on by itself.</summary>
[TestClass]
public sealed class OutageTests
{
    [TestMethod]
    public async Task A_full_disk_of_a_store_is_503_and_the_image_is_stored_once_there_is_room()
    {
        using var disk = Tmpfs.Mount("size=4m");
        await using var service = await RunningService.StartAsync($"GlanceStore:Stores:fast:Directory={disk.Path}");
        var kept = await service.Client.StoreAsync(SomeBytes.Of(1 << 20));
        var image = SomeBytes.Of(8 << 20);
        var id = await service.Client.CreateAsync();
        (await service.Client.UploadAsync(id, image)).Is(503);
        var unknown = new PausedContent(image, 1000);
        unknown.GoOn();
        (await service.Client.UploadAsync(id, unknown)).Is(503);
        Assert.AreEqual("queued", await service.Client.StatusOfAsync(id));
        Assert.HasCount(1, Directory.GetFiles(disk.Path));
        Assert.HasCount(1 << 20, (await service.Client.DownloadAsync(kept)).Is(200).Body);
        disk.Remount("size=16m");
        (await service.Client.UploadAsync(id, image)).Is(204);
        Assert.AreSequenceEqual(image, (await service.Client.DownloadAsync(id)).Is(200).Body);
    }

    [TestMethod]
    public async Task A_full_disk_of_the_database_is_503_and_reads_go_on_and_so_do_writes_once_there_is_room()
    {
        using var disk = Tmpfs.Mount("size=4m");
        await using (var service = await RunningService.StartAsync($"ImageService:Database=sqlite:{disk.Path}/images.db"))
        {
            await FillAsync(service, Path.Combine(disk.Path, "filler"));
        }

        // What is kept open for the next service would keep the disk.
        SqliteConnection.ClearAllPools();
    }

    [TestMethod]
    public async Task A_store_that_is_away_is_503_and_serves_again_once_it_is_there()
    {
        SharedStores.Require("ceph", SharedStores.Ceph);
        using var gate = new ServerGate(SharedStores.Ceph.Port);
        gate.Open();
        await using var service = await RunningService.StartAsync(
            "GlanceStore:Stores:far:Type=s3", $"GlanceStore:Stores:far:Endpoint=http://127.0.0.1:{gate.Port}", "GlanceStore:Stores:far:Bucket=glancestore-image-service",
            "GlanceStore:Stores:far:AccessKey=testaccess", "GlanceStore:Stores:far:SecretKey=testsecret", "GlanceStore:Stores:far:Preset=ceph", "GlanceStore:Stores:far:CreateBucket=true",
            "GlanceStore:Stores:far:MaxAttempts=1", "GlanceStore:Stores:far:FailoverPause=0.5");
        var image = SomeBytes.Of(300_000);
        var kept = await service.Client.CreateAsync();
        (await service.Client.UploadAsync(kept, image, "far")).Is(204);
        var id = await service.Client.CreateAsync();
        gate.Close();
        (await service.Client.UploadAsync(id, image, "far")).Is(503);
        Assert.AreEqual("queued", await service.Client.StatusOfAsync(id));
        (await service.Client.DownloadAsync(kept)).Is(503);
        (await service.Client.UploadAsync(await service.Client.CreateAsync(), image)).Is(204);
        gate.Open();
        Assert.AreSequenceEqual(image, (await service.Client.DownloadAsync(kept)).Is(200).Body);
        (await service.Client.UploadAsync(id, image, "far")).Is(204);
        foreach (var stored in new[] { kept, id })
        {
            (await service.Client.DeleteAsync($"/v2/images/{stored}")).Is(204);
        }
    }

    [TestMethod]
    public async Task A_database_that_is_away_is_503_and_an_upload_that_began_before_is_stored_when_it_is_there_again()
    {
        var database = new PostgreSqlDatabase();
        var settings = await database.CreateAsync();
        using var gate = new ServerGate(PostgreSqlDatabase.Port);
        gate.Open();
        await using (var service = await RunningService.StartAsync(
            settings[0].Replace($"Port={PostgreSqlDatabase.Port};", $"Port={gate.Port};", StringComparison.Ordinal)))
        {
            var kept = await service.Client.StoreAsync([1, 2, 3]);
            var image = SomeBytes.Of(200_000);
            var id = await service.Client.CreateAsync();
            var body = new PausedContent(image, 100_000);
            var upload = service.Client.UploadAsync(id, body);
            await body.Begun;
            await BecomesAsync(() => service.Client.StatusOfAsync(id), "saving");
            gate.Close();
            (await service.Client.PostAsync("/v2/images", "{}")).Is(503);
            (await service.Client.DownloadAsync(kept)).Is(503);
            (await service.Client.GetAsync("/healthcheck")).Is(503);
            gate.Open();

            // Whoever takes a connection that was cut is told so once.
            await BecomesAsync(async () => $"{(int)(await service.Client.GetAsync("/healthcheck")).Status}", "200");
            body.GoOn();
            (await upload).Is(204);
            Assert.AreSequenceEqual(image, (await service.Client.DownloadAsync(id)).Is(200).Body);
            Assert.AreSequenceEqual(new byte[] { 1, 2, 3 }, (await service.Client.DownloadAsync(kept)).Is(200).Body);
        }

        await database.DropAsync();
    }

    [TestMethod]
    public async Task An_import_whose_database_went_away_in_the_middle_is_done_when_it_is_there_again()
    {
        var database = new PostgreSqlDatabase();
        var settings = await database.CreateAsync();
        using var gate = new ServerGate(PostgreSqlDatabase.Port);
        gate.Open();
        var (asked, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var image = SomeBytes.Of(200_000);
        using var web = new LoopbackHttp(async context =>
        {
            context.Response.ContentLength64 = image.Length;
            if (context.Request.HttpMethod != "HEAD")
            {
                asked.TrySetResult();
                await goOn.Task;
                await context.Response.OutputStream.WriteAsync(image);
            }

            context.Response.Close();
        });
        await using (var service = await RunningService.StartAsync([
            settings[0].Replace($"Port={PostgreSqlDatabase.Port};", $"Port={gate.Port};", StringComparison.Ordinal),
            .. Imports.FromLoopback, "ImageService:UploadLease=00:00:02"]))
        {
            var id = await service.Client.CreateAsync();
            (await service.Client.PostAsync($"/v2/images/{id}/import", Imports.WebDownload($"{web.Url}/disk"))).Is(202);
            await asked.Task;
            gate.Close();
            goOn.SetResult();
            (await service.Client.GetAsync("/healthcheck")).Is(503);
            gate.Open();
            await BecomesAsync(async () => $"{(int)(await service.Client.GetAsync("/healthcheck")).Status}", "200");
            await BecomesAsync(() => service.Client.StatusOfAsync(id), "active");
            Assert.AreSequenceEqual(image, (await service.Client.DownloadAsync(id)).Is(200).Body);
            Assert.AreSequenceEqual(new[] { id }, service.StoredIn("fast"));
        }

        await database.DropAsync();
    }

    [TestMethod]
    public async Task A_keystone_that_is_away_is_503_until_it_is_there_and_who_it_has_vouched_for_is_served_meanwhile()
    {
        await RealKeystone.RequireAsync();
        using var gate = new ServerGate(new Uri(RealKeystone.Url).Port);
        gate.Open();
        await using var service = await RunningService.StartAsync(RealKeystone.SettingsFor($"http://127.0.0.1:{gate.Port}"));
        var known = service.ClientOf(await RealKeystone.TokenAsync("demo", "demopass", "demo"));
        (await known.GetAsync("/v2/images")).Is(200);
        var stranger = service.ClientOf(await RealKeystone.TokenAsync("demo", "demopass", "demo"));
        gate.Close();
        (await known.GetAsync("/v2/images")).Is(200);
        (await stranger.GetAsync("/v2/images")).Is(503);
        gate.Open();
        (await stranger.GetAsync("/v2/images")).Is(200);
    }

    private static async Task FillAsync(RunningService service, string filler)
    {
        var id = await service.Client.StoreAsync([1, 2, 3]);
        await Assert.ThrowsAsync<IOException>(() => File.WriteAllBytesAsync(filler, new byte[8 << 20]));
        var large = $$"""{"x": "{{new string('x', 60_000)}}"}""";
        Answer answer;
        var attempts = 0;
        do
        {
            // The journal may have room for some more.
            answer = await service.Client.PostAsync("/v2/images", large);
        }
        while ((int)answer.Status == 201 && ++attempts < 100);
        answer.Is(503);
        Assert.AreSequenceEqual(new byte[] { 1, 2, 3 }, (await service.Client.DownloadAsync(id)).Is(200).Body);
        File.Delete(filler);
        (await service.Client.PostAsync("/v2/images", large)).Is(201);
        (await service.Client.DeleteAsync($"/v2/images/{id}")).Is(204);
    }

    private static async Task BecomesAsync(Func<Task<string?>> look, string expected)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await look() != expected)
        {
            await Task.Delay(50, limit.Token);
        }
    }
}
