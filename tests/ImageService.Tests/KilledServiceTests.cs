using System.Diagnostics;
using GlanceStore.ImageService.Transfers;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.ImageService.Tests;

/// <summary>The service as a process of its own that is killed with -9 at any moment of its uploads and deletions.</summary>
[TestClass]
public sealed class KilledServiceTests
{
    private const int Kills = 5;

    [TestMethod]
    public async Task After_kills_at_random_moments_the_database_and_the_stores_agree()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await using var survivor = await RunningService.StartAsync("ImageService:UploadLease=00:00:01");
        for (var i = 0; i < Kills; i++)
        {
            using var victim = Start(survivor);
            await WorkAsync(new Uri((await AddressOfAsync(victim))!), TimeSpan.FromMilliseconds(random.Next(20, 1500)), victim);
        }

        await SettleAsync(survivor);
        var images = (await survivor.Client.GetAsync("/v2/images?limit=1000")).Json["images"]!.AsArray();
        string[] active = [.. images.Where(image => (string?)image!["status"] == "active").Select(image => (string)image!["id"]!).Order(StringComparer.Ordinal)];
        Assert.IsTrue(images.All(image => (string?)image!["status"] is "active" or "queued"), $"seed {seed}");
        Assert.AreSequenceEqual(active, survivor.StoredIn("fast").Where(name => Guid.TryParse(name, out _)), $"seed {seed}");
        foreach (var id in active)
        {
            Assert.HasCount(500_000, (await survivor.Client.DownloadAsync(id)).Is(200).Body);
        }
    }

    private static Process Start(RunningService survivor)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "image-service"),
        [
            "--urls=http://127.0.0.1:0", $"--ImageService:Database=sqlite:{survivor.At("images.db")}", "--ImageService:UploadLease=00:00:01",
            "--GlanceStore:Stores:fast:Type=file", $"--GlanceStore:Stores:fast:Directory={survivor.At("fast")}", "--Logging:LogLevel:Default=Information",
        ])
        { RedirectStandardOutput = true };
        return Process.Start(start)!;
    }

    private static async Task<string?> AddressOfAsync(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.IndexOf("http://127.0.0.1:", StringComparison.Ordinal) is >= 0 and var found)
            {
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                return line[found..].Trim();
            }
        }

        return null;
    }

    // Uploads and deletes, several at once, until the process is killed in the middle of it.
    private static async Task WorkAsync(Uri address, TimeSpan life, Process victim)
    {
        var work = Enumerable.Range(0, 3).Select(worker => Task.Run(async () =>
        {
            using var http = new HttpClient { BaseAddress = address };
            http.DefaultRequestHeaders.Add("Accept", "application/json");
            var client = new ApiClient(http);
            try
            {
                for (var i = 0; ; i++)
                {
                    var id = await client.StoreAsync(SomeBytes.Of(500_000, i));
                    if (i % 2 == 1)
                    {
                        await client.DeleteAsync($"/v2/images/{id}");
                    }
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // It was killed.
            }
        })).ToArray();
        await Task.Delay(life);
        victim.Kill();
        await victim.WaitForExitAsync();
        await Task.WhenAll(work);
    }

    // What the dead left is taken back once their leases have ended.
    private static async Task SettleAsync(RunningService survivor)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await survivor.Database.ReadAsync(session => session.FindAsync<long>("SELECT COUNT(*) FROM images WHERE status IN ('saving', 'pending_delete')"), limit.Token) > 0)
        {
            await survivor.Services.GetRequiredService<Recovery>().RunOnceAsync(limit.Token);
            await Task.Delay(100, limit.Token);
        }
    }
}
