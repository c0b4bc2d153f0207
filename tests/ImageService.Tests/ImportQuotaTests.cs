namespace GlanceStore.ImageService.Tests;

/// <summary>Quotas that are used up between the request of an import and its turn.</summary>
[TestClass]
public sealed class ImportQuotaTests
{
    [TestMethod]
    public async Task An_import_of_a_project_whose_quota_was_used_up_meanwhile_fails_at_once_and_says_so()
    {
        await using var service = await RunningService.StartAsync("ImageService:Auth:Mode=static", "ImageService:Auth:Tokens:0:Token=t", "ImageService:Auth:Tokens:0:Project=p",
            "ImageService:Quotas:ProjectBytes=1000");
        var client = service.ClientOf("t");
        string[] ids = [await client.CreateAsync(), await client.CreateAsync()];
        foreach (var (id, length) in ids.Zip([1000, 10]))
        {
            (await Imports.StageAsync(client, id, SomeBytes.Of(length))).Is(204);
        }

        foreach (var id in ids)
        {
            (await client.PostAsync($"/v2/images/{id}/import", Imports.Direct)).Is(202);
            await Imports.EndAsync(service, id);
        }

        Assert.AreEqual("active", await client.StatusOfAsync(ids[0]));
        Assert.AreEqual("queued", await client.StatusOfAsync(ids[1]));
        var task = (await client.GetAsync($"/v2/images/{ids[1]}/tasks")).Json["tasks"]![0]!;
        Assert.Contains("its quota is 1000", (string)task["message"]!);
    }

    [TestMethod]
    [DataRow(1_100_000, "success")]
    [DataRow(1_000_000, "failure")]
    public async Task What_an_image_is_converted_to_takes_the_room_that_it_had(int quota, string status)
    {
        await using var service = await RunningService.StartAsync("ImageService:Auth:Mode=static", "ImageService:Auth:Tokens:0:Token=t", "ImageService:Auth:Tokens:0:Project=p",
            $"ImageService:Quotas:ProjectBytes={quota}");
        var client = service.ClientOf("t");
        var id = await client.StoreAsync(Qcow2.Empty(1 << 20), "\"disk_format\": \"qcow2\", \"container_format\": \"bare\"");
        (await client.PostAsync($"/v2/images/{id}/actions/convert", """{"disk_format": "raw"}""")).Is(202);
        await Imports.EndAsync(service, id);
        Assert.AreEqual(status, (string?)(await client.GetAsync($"/v2/images/{id}/tasks")).Json["tasks"]![0]!["status"]);
        Assert.AreEqual(status == "success" ? "raw" : "qcow2", (await client.GetAsync($"/v2/images/{id}"))["disk_format"]);
        Assert.HasCount(1, service.StoredIn("fast"));
    }
}
