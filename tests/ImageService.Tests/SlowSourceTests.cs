using GlanceStore.Drivers.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.ImageService.Tests;

/// <summary>Clients and servers elsewhere that send a byte now and then, and so never stall.</summary>
[TestClass]
public sealed class SlowSourceTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    [TestMethod]
    public async Task Uploads_that_bring_next_to_nothing_do_not_keep_the_memory_that_another_one_waits_for()
    {
        await using var service = await RunningService.StartAsync("ImageService:StallTimeout=00:00:02", "GlanceStore:MaxBufferBytes=262144");
        using var slow = new CancellationTokenSource();
        var (budget, ids, trickles) = (service.Services.GetRequiredService<TransferBudget>(), new List<string>(), new List<Task>());
        while (!budget.HasWaitingPuts)
        {
            Assert.IsLessThan(100, trickles.Count);
            ids.Add(await service.Client.CreateAsync());
            trickles.Add(TrickleAsync(service.Client, ids[^1], slow.Token));
            await Task.Delay(Pause);
        }

        var data = SomeBytes.Of(2_000_000);
        var id = await service.Client.StoreAsync(data);
        Assert.AreSequenceEqual(data, (await service.Client.DownloadAsync(id)).Is(200).Body);
        await OneIsGivenUpAsync(service.Client, ids);
        await slow.CancelAsync();
        await Task.WhenAll(trickles);
        Assert.AreSequenceEqual(new[] { id }, service.StoredIn("fast"));
    }

    [TestMethod]
    public async Task A_slow_upload_goes_on_where_nobody_waits_for_memory()
    {
        await using var service = await RunningService.StartAsync("ImageService:StallTimeout=00:00:02");
        var data = SomeBytes.Of(20);
        var id = await service.Client.CreateAsync();
        (await service.Client.UploadAsync(id, new Trickle(data, CancellationToken.None))).Is(204);
        Assert.AreSequenceEqual(data, (await service.Client.DownloadAsync(id)).Is(200).Body);
    }

    [TestMethod]
    public async Task A_server_that_gives_next_to_nothing_does_not_keep_a_worker_of_imports()
    {
        using var web = Slow();
        await using var service = await RunningService.StartAsync("ImageService:StallTimeout=00:00:02", "ImageService:ImportWorkers=1", "ImageService:WebDownload:AllowedNetworks=127.0.0.0/8", "ImageService:WebDownload:AllowedPorts=");
        var (slow, other) = (await ImportSlowlyAsync(service, web), await StagedAsync(service));
        await Imports.EndAsync(service, other);
        await Imports.EndAsync(service, slow);
        Assert.AreEqual("active", await service.Client.StatusOfAsync(other));
        Assert.AreEqual("queued", await service.Client.StatusOfAsync(slow));
        Assert.Contains("Less than 16 KiB a second came for 2 s", (string)(await Imports.LastTaskAsync(service, slow))["message"]!);
    }

    [TestMethod]
    public async Task One_of_several_workers_is_there_for_what_does_not_come_from_the_web()
    {
        using var web = Slow();
        await using var service = await RunningService.StartAsync("ImageService:ImportWorkers=2", "ImageService:WebDownload:AllowedNetworks=127.0.0.0/8", "ImageService:WebDownload:AllowedPorts=");
        string[] slow = [await ImportSlowlyAsync(service, web), await ImportSlowlyAsync(service, web), await ImportSlowlyAsync(service, web)];
        var other = await StagedAsync(service);
        await Imports.EndAsync(service, other);
        Assert.AreEqual("active", await service.Client.StatusOfAsync(other));
        foreach (var id in slow)
        {
            Assert.AreNotEqual("active", await service.Client.StatusOfAsync(id));
            (await service.Client.DeleteAsync($"/v2/images/{id}")).Is(204);
        }
    }

    // Its memory is given back before its image is, which the disk may keep waiting.
    private static async Task OneIsGivenUpAsync(ApiClient client, IReadOnlyList<string> ids)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!(await Task.WhenAll(ids.Select(client.StatusOfAsync))).Contains("queued"))
        {
            await Task.Delay(Pause, limit.Token);
        }
    }

    private static async Task TrickleAsync(ApiClient client, string id, CancellationToken cancellationToken)
    {
        try
        {
            (await client.UploadAsync(id, new Trickle(SomeBytes.Of(1_000_000), cancellationToken), cancellationToken: cancellationToken)).Refuses(408, "Less than 16 KiB a second");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // A client that still sends does not read what it is told.
        }
    }

    private static async Task<string> ImportSlowlyAsync(RunningService service, LoopbackHttp web)
    {
        var id = await service.Client.CreateAsync();
        (await service.Client.PostAsync($"/v2/images/{id}/import", Imports.WebDownload($"{web.Url}/disk"))).Is(202);
        return id;
    }

    private static async Task<string> StagedAsync(RunningService service)
    {
        var id = await service.Client.CreateAsync();
        (await Imports.StageAsync(service.Client, id, SomeBytes.Of(100_000))).Is(204);
        (await service.Client.PostAsync($"/v2/images/{id}/import", Imports.Direct)).Is(202);
        return id;
    }

    private static LoopbackHttp Slow() => new(async context =>
    {
        context.Response.ContentLength64 = 1L << 40;
        while (context.Request.HttpMethod != "HEAD")
        {
            await context.Response.OutputStream.WriteAsync(new byte[1]);
            await context.Response.OutputStream.FlushAsync();
            await Task.Delay(Pause);
        }

        context.Response.Close();
    });

    /// <summary>A body of unknown length of which a byte comes at a time.</summary>
    private sealed class Trickle(byte[] data, CancellationToken ended) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            foreach (var next in data)
            {
                await stream.WriteAsync(new[] { next }, ended);
                await stream.FlushAsync(ended);
                await Task.Delay(Pause, ended);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
