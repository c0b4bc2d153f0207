using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using GlanceStore.Drivers.Testing;

namespace GlanceStore.ImageService.Tests;

/// <summary>What an operator sees of the service: how it starts and stops, what it logs, traces and measures.</summary>
[TestClass]
public sealed class OperationTests
{
    // Whoever is told has that name, and nothing else makes it systemd. A signal is handed on.
    private const string Systemd =
        """
        #!/bin/sh
        "$@" & child=$!
        trap 'kill -TERM $child' TERM
        wait $child || wait $child
        """;

    [TestMethod]
    public async Task A_transfer_that_ends_within_the_limit_is_not_cut_off_by_a_stop()
    {
        await using var heir = await RunningService.StartAsync("ImageService:UploadLease=00:00:01");
        using var process = ServiceProcess.StartOn(heir, "ImageService:StopTimeout=00:01:00", "ImageService:UploadLease=00:01:00");
        var client = await process.ClientAsync();
        var id = await client.CreateAsync();
        var body = new PausedContent(SomeBytes.Of(300_000), 1000);
        var upload = client.UploadAsync(id, body);
        await body.Begun;
        var stopping = process.StopAsync();
        await process.SaysAsync("Application is shutting down");
        body.GoOn();
        (await upload).Is(204);
        Assert.AreEqual(0, await stopping);
        Assert.AreEqual("active", await heir.Client.StatusOfAsync(id));
    }

    [TestMethod]
    public async Task A_transfer_that_does_not_end_within_the_limit_is_cut_off_and_its_image_is_queued_with_nothing_stored()
    {
        await using var heir = await RunningService.StartAsync("ImageService:UploadLease=00:00:01");
        using var process = ServiceProcess.StartOn(heir, "ImageService:StopTimeout=00:00:01");
        var client = await process.ClientAsync();
        var id = await client.CreateAsync();
        var body = new PausedContent(SomeBytes.Of(300_000), 1000);
        var upload = client.UploadAsync(id, body);
        await body.Begun;
        var stopping = Stopwatch.StartNew();
        await process.StopAsync();
        Assert.IsLessThan(20, stopping.Elapsed.TotalSeconds);
        body.GoOn();
        await Assert.ThrowsAsync<HttpRequestException>(() => upload);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await heir.Client.StatusOfAsync(id) != "queued")
        {
            await Task.Delay(50, limit.Token);
        }

        Assert.IsEmpty(heir.StoredIn("fast"));
        (await heir.Client.UploadAsync(id, [1, 2, 3])).Is(204);
    }

    [TestMethod]
    public async Task Systemd_is_told_when_it_is_ready_and_when_it_stops_and_the_log_is_what_the_configuration_says()
    {
        await using var other = await RunningService.StartAsync();
        using var notices = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        notices.Bind(new UnixDomainSocketEndPoint(other.At("notify")));
        await File.WriteAllTextAsync(other.At("systemd"), Systemd);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(other.At("systemd"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        using var process = ServiceProcess.Start(
            [$"ImageService:Database=sqlite:{other.At("images.db")}", $"GlanceStore:Stores:fast:Directory={other.At("fast")}", "GlanceStore:Stores:fast:Type=file", "Logging:Console:FormatterName=json"],
            other.At("systemd"), new Dictionary<string, string> { ["NOTIFY_SOCKET"] = other.At("notify") });
        Assert.Contains("READY=1", await NoticeAsync(notices));
        (await (await process.ClientAsync()).GetAsync("/healthcheck")).Is(200);
        Assert.AreEqual(0, await process.StopAsync());
        Assert.Contains("STOPPING=1", await NoticeAsync(notices));
        Assert.IsTrue(process.Output.Split('\n').All(line => line.StartsWith('{')), process.Output);
    }

    [TestMethod]
    public async Task Its_systemd_unit_is_one()
    {
        const string Verify = "/usr/bin/systemd-analyze";
        if (!File.Exists(Verify))
        {
            Assert.Inconclusive($"'systemd' is skipped: there is no {Verify}.");
        }

        await using var service = await RunningService.StartAsync();
        var unit = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "image-service.service"));
        Assert.Contains("Type=notify", unit);
        await File.WriteAllTextAsync(service.At("image-service.service"), unit.Replace("/usr/lib/image-service/", AppContext.BaseDirectory, StringComparison.Ordinal));
        var start = new ProcessStartInfo(Verify, ["verify", service.At("image-service.service")]) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.AreEqual(0, process.ExitCode, said);
        Assert.DoesNotContain("image-service.service:", said);
    }

    [TestMethod]
    public async Task Requests_stores_and_events_are_traced_and_measured_where_a_collector_is_set()
    {
        var received = new ConcurrentDictionary<string, string>();
        using var collector = new LoopbackHttp(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            received.AddOrUpdate(context.Request.Url!.AbsolutePath, _ => Encoding.Latin1.GetString(body.ToArray()), (_, before) => before + Encoding.Latin1.GetString(body.ToArray()));
            context.Response.StatusCode = context.Request.Headers["Key"] == "k" ? 200 : 401;
            context.Response.Close();
        });
        await using (var service = await RunningService.StartAsync(
            $"ImageService:Telemetry:Endpoint={collector.Url}", "ImageService:Telemetry:Protocol=HttpProtobuf", "ImageService:Telemetry:Headers=Key=k"))
        {
            var id = await service.Client.StoreAsync([1, 2, 3]);
            (await service.Client.DownloadAsync(id)).Is(200);
            (await service.Client.GetAsync("/healthcheck")).Is(200);
        }

        foreach (var traced in new[] { "image-service", "glancestore.put", "glancestore.read", "PUT /v2/images/{id}/file" })
        {
            Assert.Contains(traced, received["/v1/traces"]);
        }

        Assert.DoesNotContain("healthcheck", received["/v1/traces"]);
        foreach (var measured in new[] { "glancestore.transfer.io", "http.server.request.duration", "dotnet.gc" })
        {
            Assert.Contains(measured, received["/v1/metrics"]);
        }
    }

    private static async Task<string> NoticeAsync(Socket socket)
    {
        var buffer = new byte[4096];
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, limit.Token));
    }
}
