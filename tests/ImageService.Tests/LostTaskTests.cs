namespace GlanceStore.ImageService.Tests;

/// <summary>A process that fails at a task which another one has by then.</summary>
[TestClass]
public sealed class LostTaskTests
{
    [TestMethod]
    public async Task An_import_that_fails_in_a_process_which_has_lost_it_leaves_what_is_staged_to_the_one_that_has_it()
    {
        using var qemu = new QemuImg();
        byte[] disk = SomeBytes.Of(300_032);
        await using var service = await RunningService.StartAsync(
            "ImageService:Conversion=qcow2", $"ImageService:QemuImg:StagingDirectory={qemu.Staging}", "ImageService:UploadLease=01:00:00", "ImageService:ImportWorkers=0");
        var id = await service.Client.CreateAsync("\"disk_format\": \"raw\", \"container_format\": \"bare\"");
        (await Imports.StageAsync(service.Client, id, disk)).Is(204);
        (await service.Client.PostAsync($"/v2/images/{id}/import", Imports.Direct)).Is(202);
        await using (await service.StartAnotherAsync("ImageService:ImportWorkers=1", $"ImageService:QemuImg:Program={qemu.PausedProgram(fails: true)}"))
        {
            await qemu.BegunAsync();
            await SetAsync(service, "UPDATE tasks SET claimed_by = 'another' WHERE image_id = @id", id);
            qemu.GoOn();

            // The only worker is done with the first when it has taken up the second.
            var next = await service.Client.CreateAsync("\"disk_format\": \"raw\", \"container_format\": \"bare\"");
            (await Imports.StageAsync(service.Client, next, disk)).Is(204);
            (await service.Client.PostAsync($"/v2/images/{next}/import", Imports.Direct)).Is(202);
            await Imports.EndAsync(service, next);
        }

        Assert.AreSequenceEqual(new[] { id }, service.StoredIn("hidden"));
        Assert.AreEqual("importing", await service.Client.StatusOfAsync(id));

        await using var another = await service.StartAnotherAsync("ImageService:ImportWorkers=1");
        await SetAsync(service, "UPDATE tasks SET lease_until = 1 WHERE image_id = @id", id);
        await Imports.EndAsync(service, id);
        await qemu.IsDiskAsync(disk, (await service.Client.DownloadAsync(id)).Is(200).Body, "qcow2");
        Assert.IsEmpty(service.StoredIn("hidden"));
    }

    private static Task<int> SetAsync(RunningService service, string sql, string id) =>
        service.Database.WriteAsync(session => session.ExecuteAsync(sql, new { id }), CancellationToken.None);
}
