using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace GlanceStore.ImageService.Tests.Events;

/// <summary>Events of a service that is killed, or that logs.</summary>
[TestClass]
public sealed class EventProcessTests
{
    [TestMethod]
    public async Task What_was_committed_is_told_although_the_process_was_killed_before_it_could()
    {
        using var receiver = new WebhookReceiver();
        await using var survivor = await RunningService.StartAsync("ImageService:UploadLease=00:00:01");
        string id;
        using (var victim = ServiceProcess.StartOn(survivor, "ImageService:Events:Webhooks:audit:Url=http://127.0.0.1:9/"))
        {
            id = await (await victim.ClientAsync()).CreateAsync();
            await victim.KillAsync();
        }

        await using var heir = await survivor.StartAnotherAsync("ImageService:UploadLease=00:00:01", $"ImageService:Events:Webhooks:audit:Url={receiver.Url}");
        Assert.AreEqual(id, (string?)(await receiver.TakenAsync(1))[0].Payload["id"]);
    }

    [TestMethod]
    public async Task What_was_delivered_when_the_process_was_killed_is_told_once_more_rather_than_not_at_all()
    {
        using var receiver = new WebhookReceiver();
        await using var survivor = await RunningService.StartAsync("ImageService:UploadLease=00:00:01");
        using (var victim = ServiceProcess.StartOn(survivor, $"ImageService:Events:Webhooks:audit:Url={receiver.Url}"))
        {
            // Killed by its own receiver, which has the event and does not say so.
            receiver.Answer = _ =>
            {
                victim.KillAsync().Wait();
                return 200;
            };
            _ = (await victim.ClientAsync()).CreateAsync().ContinueWith(_ => { }, TaskScheduler.Default);
            await receiver.TakenAsync(1);
        }

        receiver.Answer = _ => 200;
        await using var heir = await survivor.StartAnotherAsync("ImageService:UploadLease=00:00:01", $"ImageService:Events:Webhooks:audit:Url={receiver.Url}");
        var taken = await receiver.TakenAsync(2);
        Assert.AreEqual((string?)taken[0].Message["message_id"], (string?)taken[1].Message["message_id"]);
    }

    [TestMethod]
    public async Task Whoever_is_killed_while_two_processes_deliver_each_image_is_told_of_in_order_and_of_all_that_was_answered()
    {
        const int Kills = 6;
        var seed = Environment.TickCount;
        var random = new Random(seed);
        using var receiver = new WebhookReceiver();
        await using var survivor = await RunningService.StartAsync("ImageService:UploadLease=00:00:01");
        ServiceProcess Start() => ServiceProcess.StartOn(survivor, $"ImageService:Events:Webhooks:audit:Url={receiver.Url}");
        ServiceProcess[] processes = [Start(), Start()];
        try
        {
            var client = await processes[0].ClientAsync();
            string[] ids = [await client.CreateAsync(), await client.CreateAsync(), await client.CreateAsync()];
            using var end = new CancellationTokenSource();
            var work = ids.Select(id => RenameAsync(processes, id, end.Token)).ToArray();
            for (var i = 0; i < Kills; i++)
            {
                await receiver.TakenAsync(receiver.Taken.Count + random.Next(1, 40));
                var victim = processes[i % 2];
                processes[i % 2] = Start();
                await victim.KillAsync();
                victim.Dispose();
            }

            await end.CancelAsync();
            var answered = await Task.WhenAll(work);
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            while (await survivor.Database.ReadAsync(session => session.FindAsync<long>("SELECT COUNT(*) FROM events"), limit.Token) > 0)
            {
                await Task.Delay(50, limit.Token);
            }

            var told = receiver.Taken.DistinctBy(posted => (string?)posted.Message["message_id"]).ToLookup(posted => (string?)posted.Payload["id"]);
            for (var i = 0; i < ids.Length; i++)
            {
                int[] names = [.. told[ids[i]].Select(posted => int.Parse((string?)posted.Payload["name"] ?? "0", CultureInfo.InvariantCulture))];
                Assert.AreSequenceEqual(names.Order(), names, $"seed {seed}");
                Assert.IsEmpty(answered[i].Except(names), $"seed {seed}");
                Assert.IsNotEmpty(answered[i], $"seed {seed}");
            }
        }
        finally
        {
            Array.ForEach(processes, process => process.Dispose());
        }
    }

    [TestMethod]
    public async Task A_broker_that_accepts_and_says_nothing_delays_nobody_and_no_stop()
    {
        using var receiver = new WebhookReceiver();
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var service = await RunningService.StartAsync(
            $"ImageService:Events:Webhooks:audit:Url={receiver.Url}", $"ImageService:Events:RabbitMq:Url=amqp://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}");
        using var broker = silent.AcceptTcpClientAsync();
        await service.Client.StoreAsync([1, 2, 3]);
        await receiver.TakenAsync(6);
        using var connection = await broker;
        var stopping = Stopwatch.StartNew();
        await service.DisposeAsync();
        Assert.IsLessThan(10, stopping.Elapsed.TotalSeconds);
    }

    // Names that count up, through whichever process lives; those that were answered.
    private static async Task<List<int>> RenameAsync(ServiceProcess[] processes, string id, CancellationToken end)
    {
        var answered = new List<int>();
        for (var n = 1; !end.IsCancellationRequested; n++)
        {
            try
            {
                var client = await processes[n % 2].ClientAsync();
                if ((int)(await client.PatchAsync(id, $$"""[{"op": "replace", "path": "/name", "value": "{{n}}"}]""")).Status == 200)
                {
                    answered.Add(n);
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or InvalidOperationException)
            {
                // It was killed.
            }
        }

        return answered;
    }

    [TestMethod]
    public async Task No_log_tells_an_address_a_password_or_a_token_of_those_who_are_told()
    {
        await using var service = await RunningService.StartAsync();
        using var process = ServiceProcess.StartOn(service,
            "Logging:LogLevel:Default=Trace", "ImageService:Events:Webhooks:audit:Url=http://user:hush1@127.0.0.1:9/hush2?key=hush3", "ImageService:Events:Webhooks:audit:Token=hush4",
            "ImageService:Events:Webhooks:audit:Secret=hush5", "ImageService:Events:RabbitMq:Url=amqp://user:hush6@127.0.0.1:9/");
        await (await process.ClientAsync()).CreateAsync();
        await process.SaysAsync("Events cannot be delivered to webhook:audit", 2);
        await process.SaysAsync("Events cannot be delivered to rabbitmq", 2);
        await process.KillAsync();
        await process.Reading;
        Assert.DoesNotContain("hush", process.Output);
    }
}
