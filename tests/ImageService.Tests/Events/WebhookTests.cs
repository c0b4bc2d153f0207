using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using GlanceStore.ImageService.Events;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.ImageService.Tests.Events;

/// <summary>Events that are posted to an address.</summary>
[TestClass]
public sealed class WebhookTests
{
    [TestMethod]
    public async Task An_event_is_posted_with_its_token_and_a_signature_of_its_body()
    {
        using var receiver = new WebhookReceiver();
        await using var service = await RunningService.StartAsync([.. Settings(receiver.Url), "ImageService:Events:Webhooks:audit:Token=open-sesame", "ImageService:Events:Webhooks:audit:Secret=key"]);
        var id = await service.Client.CreateAsync();
        var posted = (await receiver.TakenAsync(1))[0];
        Assert.AreEqual("image.create", posted.Type);
        Assert.AreEqual(id, (string?)posted.Payload["id"]);
        Assert.AreEqual("INFO", (string?)posted.Message["priority"]);
        Assert.AreEqual("application/json", posted.Headers["Content-Type"]);
        Assert.AreEqual("Bearer open-sesame", posted.Headers["Authorization"]);
        Assert.AreEqual("image.create", posted.Headers["X-Image-Service-Event"]);
        Assert.AreEqual((string?)posted.Message["message_id"], posted.Headers["X-Image-Service-Delivery"]);
        Assert.AreEqual($"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes("key"), posted.Body))}", posted.Headers["X-Image-Service-Signature"]);
    }

    [TestMethod]
    [DataRow(500)]
    [DataRow(302)]
    [DataRow(401)]
    public async Task A_webhook_that_fails_and_recovers_gets_every_event_in_its_order(int status)
    {
        using var receiver = new WebhookReceiver { Answer = _ => status };
        await using var service = await RunningService.StartAsync(Settings(receiver.Url));
        var id = await service.Client.StoreAsync([1, 2, 3]);
        await receiver.RefusedAsync(2);
        receiver.Answer = _ => 200;
        (await service.Client.DeleteAsync($"/v2/images/{id}")).Is(204);
        Assert.AreEqual("image.create,image.update,image.prepare,image.upload,image.activate,image.update,image.delete", string.Join(',', (await receiver.TakenAsync(7)).Select(posted => posted.Type)));
        Assert.IsTrue(receiver.Refused.All(posted => posted.Type == "image.create"));
        Assert.AreEqual((string?)receiver.Refused.First().Message["message_id"], (string?)receiver.Taken.First().Message["message_id"]);
    }

    [TestMethod]
    public async Task A_conversion_tells_what_an_image_was_and_what_it_became()
    {
        using var receiver = new WebhookReceiver();
        await using var service = await RunningService.StartAsync(Settings(receiver.Url));
        var id = await service.Client.StoreAsync(Qcow2.Empty(1 << 20), "\"disk_format\": \"qcow2\", \"container_format\": \"bare\"");
        (await service.Client.PostAsync($"/v2/images/{id}/actions/convert", """{"disk_format": "raw"}""")).Is(202);
        var told = (await receiver.TakenAsync(12))[6..];
        Assert.AreEqual("task.create,task.processing,image.convert,image.update,task.success,task.run", string.Join(',', told.Select(posted => posted.Type)));
        Assert.AreEqual("api_image_convert", (string?)told[0].Payload["type"]);
        var converted = told[2].Payload;
        Assert.AreEqual("qcow2 raw raw 1048576", $"{converted["from"]} {converted["to"]} {converted["disk_format"]} {converted["size"]}");
    }

    [TestMethod]
    public async Task A_webhook_that_leads_elsewhere_is_not_followed_and_nobody_else_gets_an_event_or_the_token()
    {
        using var other = new WebhookReceiver();
        using var receiver = new WebhookReceiver { Answer = _ => 307, LeadsTo = other.Url };
        await using var service = await RunningService.StartAsync([.. Settings(receiver.Url), "ImageService:Events:Webhooks:audit:Token=open-sesame"]);
        await service.Client.CreateAsync();
        await receiver.RefusedAsync(2);
        Assert.IsEmpty(other.Taken);
        receiver.Answer = _ => 200;
        await receiver.TakenAsync(1);
    }

    [TestMethod]
    public async Task A_webhook_that_is_too_slow_is_asked_again_and_nobody_waits_for_it()
    {
        using var goOn = new ManualResetEventSlim();
        using var asked = new CountdownEvent(2);
        using var receiver = new WebhookReceiver
        {
            Answer = _ =>
            {
                asked.Signal();
                goOn.Wait();
                return 200;
            },
        };
        await using var service = await RunningService.StartAsync([.. Settings(receiver.Url), "ImageService:Events:Webhooks:audit:Timeout=00:00:01"]);
        var id = await service.Client.StoreAsync([1, 2, 3]);
        Assert.AreEqual("active", await service.Client.StatusOfAsync(id));
        Assert.AreEqual(6, await WaitingAsync(service));
        Assert.IsTrue(asked.Wait(TimeSpan.FromMinutes(1)));
        receiver.Answer = _ => 200;
        goOn.Set();
        await NoneWaitsAsync(service);

        // The first one twice: whoever was too slow had it.
        Assert.AreEqual("image.create,image.update,image.prepare,image.upload,image.activate,image.update",
            string.Join(',', receiver.Taken.DistinctBy(posted => (string?)posted.Message["message_id"]).Select(posted => posted.Type)));
    }

    [TestMethod]
    public async Task A_backlog_of_thousands_is_delivered_in_its_order_once_somebody_is_there()
    {
        const int Count = 5000;
        using var receiver = new WebhookReceiver { Answer = _ => 503 };
        await using var service = await RunningService.StartAsync(Settings(receiver.Url));
        string[] ids = [await service.Client.CreateAsync(), await service.Client.CreateAsync(), await service.Client.CreateAsync()];
        await service.Database.WriteAsync(session =>
        {
            for (var i = 0; i < Count; i++)
            {
                session.Tell(new ServiceEvent("image.update", ids[i % 3]) { Payload = new JsonObject { ["id"] = ids[i % 3], ["name"] = $"{i}" } });
            }

            return Task.FromResult(true);
        }, CancellationToken.None);
        receiver.Answer = _ => 200;
        await NoneWaitsAsync(service);
        for (var i = 0; i < 3; i++)
        {
            var names = receiver.Taken.Where(posted => (string?)posted.Payload["id"] == ids[i] && posted.Type == "image.update").Select(posted => (string?)posted.Payload["name"]);
            Assert.AreSequenceEqual(Enumerable.Range(0, Count).Where(n => n % 3 == i).Select(n => (string?)$"{n}"), names);
        }
    }

    [TestMethod]
    public async Task Of_more_events_than_are_kept_the_oldest_are_given_up()
    {
        using var receiver = new WebhookReceiver { Answer = _ => 503 };
        await using var service = await RunningService.StartAsync([.. Settings(receiver.Url), "ImageService:Events:KeepAtMost=2", "ImageService:Events:Webhooks:second:Url=http://127.0.0.1:9/"]);
        string[] ids = [await service.Client.CreateAsync(), await service.Client.CreateAsync(), await service.Client.CreateAsync()];
        Assert.AreEqual(2, await service.Services.GetRequiredService<EventQueue>().GiveUpAsync(CancellationToken.None));
        Assert.AreSequenceEqual(ids[1..], await service.Database.ReadAsync(
            session => session.QueryAsync<string>("SELECT image_id FROM events WHERE destination = 'webhook:audit' ORDER BY id"), CancellationToken.None));
    }

    [TestMethod]
    public async Task An_event_that_is_not_taken_holds_up_its_own_image_and_no_other()
    {
        using var receiver = new WebhookReceiver { Answer = posted => (string?)posted.Payload["name"] == "bad" ? 422 : 200 };
        await using var service = await RunningService.StartAsync(Settings(receiver.Url));
        var bad = await service.Client.CreateAsync("\"name\": \"bad\"");
        (await service.Client.PatchAsync(bad, """[{"op": "replace", "path": "/name", "value": "good"}]""")).Is(200);
        await receiver.RefusedAsync(1);
        var other = await service.Client.CreateAsync();
        Assert.AreEqual(other, (string?)(await receiver.TakenAsync(1)).Single().Payload["id"]);
        receiver.Answer = _ => 200;
        Assert.AreEqual(",bad,good", string.Join(',', (await receiver.TakenAsync(3)).Select(posted => (string?)posted.Payload["name"])));
    }

    [TestMethod]
    public async Task One_that_does_not_answer_keeps_nobody_else_from_being_told()
    {
        using var end = new ManualResetEventSlim();
        using var silent = new WebhookReceiver
        {
            Answer = _ =>
            {
                end.Wait();
                return 503;
            },
        };
        using var receiver = new WebhookReceiver();
        await using var service = await RunningService.StartAsync(
            [.. Settings(receiver.Url), $"ImageService:Events:Webhooks:silent:Url={silent.Url}", "ImageService:Events:Webhooks:silent:Timeout=00:00:01"]);
        await service.Client.CreateAsync();
        await receiver.TakenAsync(1);
        Assert.AreEqual(1, await service.Database.ReadAsync(
            session => session.FindAsync<long>("SELECT COUNT(*) FROM events WHERE destination = 'webhook:silent'"), CancellationToken.None));
        end.Set();
    }

    [TestMethod]
    public async Task Events_that_are_disabled_by_name_or_by_group_are_not_told()
    {
        using var receiver = new WebhookReceiver();
        await using var service = await RunningService.StartAsync([.. Settings(receiver.Url), "ImageService:Events:Disabled:0=image.update", "ImageService:Events:Disabled:1=task"]);
        var id = await service.Client.StoreAsync([1, 2, 3]);
        (await service.Client.PostAsync($"/v2/images/{id}/import", """{"method": {"name": "copy-image"}, "stores": ["cold"]}""")).Is(202);
        Assert.AreEqual("image.create,image.prepare,image.upload,image.activate,image.copy", string.Join(',', (await receiver.TakenAsync(5)).Select(posted => posted.Type)));
    }

    [TestMethod]
    public async Task An_event_that_nobody_takes_for_too_long_is_given_up()
    {
        using var receiver = new WebhookReceiver { Answer = _ => 503 };
        await using var service = await RunningService.StartAsync(Settings(receiver.Url));
        await service.Client.CreateAsync();
        await service.Client.CreateAsync();
        var queue = service.Services.GetRequiredService<EventQueue>();
        Assert.AreEqual(0, await queue.GiveUpAsync(CancellationToken.None));
        await service.Database.WriteAsync(session => session.ExecuteAsync("UPDATE events SET created_at = created_at - 604801000000 WHERE id = (SELECT MIN(id) FROM events)"), CancellationToken.None);
        Assert.AreEqual(1, await queue.GiveUpAsync(CancellationToken.None));
        Assert.AreEqual(1, await WaitingAsync(service));
    }

    [TestMethod]
    public async Task A_batch_has_no_more_in_memory_than_it_is_given_and_the_largest_event_all_the_same()
    {
        using var receiver = new WebhookReceiver { Answer = _ => 503 };
        await using var service = await RunningService.StartAsync([.. Settings(receiver.Url), "ImageService:Quotas:PropertyBytes=4000000"]);
        var large = string.Join(", ", Enumerable.Range(0, 50).Select(i => $"\"p{i}\": \"{new string('x', 60_000)}\""));
        for (var i = 0; i < 3; i++)
        {
            await service.Client.CreateAsync(large);
        }

        var queue = service.Services.GetRequiredService<EventQueue>();
        Assert.HasCount(1, await queue.NextAsync("webhook:audit", CancellationToken.None));
        receiver.Answer = _ => 200;
        await receiver.TakenAsync(3);
    }

    [TestMethod]
    public async Task Without_anybody_to_tell_nothing_is_written()
    {
        await using var service = await RunningService.StartAsync();
        var id = await service.Client.StoreAsync([1, 2, 3]);
        (await service.Client.DownloadAsync(id)).Is(200);
        (await service.Client.DeleteAsync($"/v2/images/{id}")).Is(204);
        Assert.AreEqual(0, await WaitingAsync(service));
    }

    [TestMethod]
    public void Wrong_settings_are_told_before_it_starts_and_what_is_secret_in_them_is_not()
    {
        var error = Assert.Throws<InvalidOperationException>(() => ServiceHost.Build(
        [
            "--ImageService:Events:RabbitMq:Url=http://user:hush@host", "--ImageService:Events:RabbitMq:Username=user", "--ImageService:Events:RabbitMq:Topic=",
            "--ImageService:Events:Webhooks:a:Url=ftp://host/hush", "--ImageService:Events:Webhooks:a:Token=hush hush", "--ImageService:Events:Webhooks:a:Timeout=00:10:00",
            "--ImageService:Events:KeepFor=00:00:01", "--ImageService:Events:KeepAtMost=0", "--ImageService:Telemetry:Endpoint=collector",
        ]));
        foreach (var said in new[] { "RabbitMq:Url", "RabbitMq:Username", "Topic", "Webhooks:a:Url", "Webhooks:a:Token", "Webhooks:a:Timeout", "KeepFor", "KeepAtMost", "Telemetry:Endpoint" })
        {
            Assert.Contains(said, error.Message);
        }

        Assert.DoesNotContain("hush", error.Message);
    }

    private static string[] Settings(string url) => [$"ImageService:Events:Webhooks:audit:Url={url}", "ImageService:Events:Disabled:9=image.send"];

    private static Task<long> WaitingAsync(RunningService service) =>
        service.Database.ReadAsync(session => session.FindAsync<long>("SELECT COUNT(*) FROM events"), CancellationToken.None);

    private static async Task NoneWaitsAsync(RunningService service)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await WaitingAsync(service) > 0)
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
