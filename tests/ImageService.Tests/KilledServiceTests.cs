using System.Diagnostics;
using GlanceStore.ImageService.Checking;
using GlanceStore.ImageService.Transfers;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.ImageService.Tests;

/// <summary>The service, and the workers in it, as processes of their own that are killed with -9 at any moment of uploads, imports, copies, conversions and deletions.</summary>
public abstract class KilledServiceTests : DatabaseTests
{
    // Of each database.
    private const int Kills = 25;
    private const int Size = 300_000;
    private const int DiskSize = 1 << 20;

    private protected override string[] Settings => ["ImageService:UploadLease=00:00:02"];

    [TestMethod]
    public async Task After_kills_at_random_moments_the_database_and_the_stores_agree()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var victim = await StartVictimAsync();
        for (var i = 0; i < Kills; i++)
        {
            // The next one is on its way while this one works: two processes share the work, and one of them dies.
            var next = StartVictimAsync();
            // After so many answers, and then anywhere in what comes next.
            var progress = new Progress(random.Next(1, 40));
            var work = Enumerable.Range(0, 5).Select(kind => WorkAsync(victim.Address, kind, i, progress)).ToArray();
            await await Task.WhenAny(progress.Reached, Task.WhenAll(work));
            await Task.Delay(random.Next(0, 20));
            await KillAsync(victim.Process);
            await Task.WhenAll(work);
            victim = await next;
        }

        await KillAsync(victim.Process);
        await SettleAsync();
        var images = (await Client.GetAsync("/v2/images?limit=1000")).Json["images"]!.AsArray();
        Assert.IsTrue(images.All(image => (string?)image!["status"] is "active" or "queued" or "uploading"), $"seed {seed}");
        Assert.IsTrue(images.Any(image => (string?)image!["status"] == "active" && (long?)image["size"] == Size), $"seed {seed}: nothing was stored");
        Assert.IsTrue(images.Any(image => (string?)image!["disk_format"] == "raw" && (long?)image["size"] == DiskSize), $"seed {seed}: nothing was converted");
        using var output = new StringWriter();
        Assert.AreEqual(0, await CheckCommand.RunAsync(["db", "check", "--sample", "100%", .. Service.Arguments], output, TextWriter.Null, CancellationToken.None), $"seed {seed}: {output}");
    }

    private async Task<(Process Process, Uri Address)> StartVictimAsync()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "image-service"), [.. Service.Arguments, "--Logging:LogLevel:Default=Information"]) { RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.IndexOf("http://127.0.0.1:", StringComparison.Ordinal) is >= 0 and var found)
            {
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                return (process, new Uri(line[found..].Trim()));
            }
        }

        throw new InvalidOperationException("The service ended before it listened.");
    }

    private static async Task KillAsync(Process process)
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    // One kind of work each, until the process is killed in the middle of it. What is answered is of no account here.
    private static async Task WorkAsync(Uri address, int kind, int round, Progress progress)
    {
        using var http = new HttpClient { BaseAddress = address };
        http.DefaultRequestHeaders.Add("Accept", "application/json");
        var client = new ApiClient(http);
        try
        {
            for (var i = 0; ; i++)
            {
                var created = await client.PostAsync("/v2/images", $$"""{"disk_format": "{{(kind == 4 ? "qcow2" : "raw")}}", "container_format": "bare"}""");
                progress.Step();
                if ((int)created.Status != 201)
                {
                    continue;
                }

                var id = created["id"]!;
                await SendDataAsync(client, id, kind == 2 ? "stage" : "file", kind == 4 ? Qcow2.Empty(DiskSize) : SomeBytes.Of(Size, (round * 1000) + i));
                progress.Step();
                await (kind switch
                {
                    1 => client.DeleteAsync($"/v2/images/{id}"),
                    2 => client.PostAsync($"/v2/images/{id}/import", """{"method": {"name": "glance-direct"}, "all_stores": true}"""),
                    3 => client.PostAsync($"/v2/images/{id}/import", """{"method": {"name": "copy-image"}, "stores": ["cold"]}"""),
                    4 => client.PostAsync($"/v2/images/{id}/actions/convert", """{"disk_format": "raw"}"""),
                    _ => client.PutAsync($"/v2/images/{id}/tags/t"),
                });
                progress.Step();
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // It was killed.
        }
    }

    private static Task<Answer> SendDataAsync(ApiClient client, string id, string where, byte[] data)
    {
        var body = new ByteArrayContent(data) { Headers = { ContentType = new("application/octet-stream") } };
        return client.SendAsync(new HttpRequestMessage(HttpMethod.Put, $"/v2/images/{id}/{where}") { Content = body });
    }

    /// <summary>Answers, counted over all kinds of work.</summary>
    private sealed class Progress(int goal)
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _steps;

        public Task Reached => _reached.Task;

        public void Step()
        {
            if (Interlocked.Increment(ref _steps) == goal)
            {
                _reached.TrySetResult();
            }
        }
    }

    // What the dead left is taken up, or back, once their leases have ended.
    private async Task SettleAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await Service.Database.ReadAsync(session => session.FindAsync<long>(
            """
            SELECT (SELECT COUNT(*) FROM images WHERE status IN ('saving', 'importing', 'pending_delete') OR upload_id IS NOT NULL OR (staged IS NOT NULL AND status <> 'uploading') OR cleaned_by IS NOT NULL)
                + (SELECT COUNT(*) FROM tasks WHERE status IN ('pending', 'processing')) + (SELECT COUNT(*) FROM image_locations WHERE status <> 'active')
            """), limit.Token) > 0)
        {
            await Service.Services.GetRequiredService<Recovery>().RunOnceAsync(limit.Token);
            await Task.Delay(100, limit.Token);
        }
    }
}

[TestClass]
public sealed class SqliteKilledServiceTests : KilledServiceTests;

[TestClass]
public sealed class PostgreSqlKilledServiceTests : KilledServiceTests
{
    private readonly PostgreSqlDatabase _database = new();

    private protected override Task<string[]> SettingsAsync() => _database.CreateAsync();

    private protected override Task ForgetAsync() => _database.DropAsync();
}
