using System.Diagnostics;
using System.Text;
using GlanceStore.ImageService.Transfers;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.ImageService.Tests;

/// <summary>A process that converts an image in use and is killed with -9 at any moment of it.</summary>
[TestClass]
public sealed class KilledConversionTests
{
    private const int Kills = 6;
    private const string Lease = "ImageService:UploadLease=00:00:01";
    private static readonly byte[] Disk = [.. SomeBytes.Of(8 << 20), .. new byte[4 << 20], .. SomeBytes.Of(8 << 20, 2)];

    [TestMethod]
    public async Task After_kills_at_random_moments_the_image_is_whole_and_nothing_else_is_stored()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        using var qemu = new QemuImg();
        await using var survivor = await RunningService.StartAsync(Lease, "ImageService:ImportWorkers=0", $"ImageService:QemuImg:StagingDirectory={qemu.Staging}");
        var id = await survivor.Client.StoreAsync(Disk);
        for (var i = 0; i < Kills; i++)
        {
            using var victim = Start(survivor, qemu);
            var url = await AddressOfAsync(victim);
            using var http = new HttpClient();
            var target = await FormatOfAsync(survivor, id) == "raw" ? "qcow2" : "raw";

            // Refused where the last victim's conversion is still to be done, which this one takes up.
            using var body = new StringContent($$"""{"disk_format": "{{target}}"}""", Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync(new Uri(new Uri(url), $"/v2/images/{id}/actions/convert"), body);
            Assert.IsTrue((int)answer.StatusCode is 202 or 409, $"seed {seed}");
            await Task.Delay((int)answer.StatusCode == 202 ? random.Next(400) : random.Next(2500));
            victim.Kill();
            await victim.WaitForExitAsync();
            await IsWholeAsync(survivor, qemu, id);
        }

        await using var worker = await survivor.StartAnotherAsync("ImageService:ImportWorkers=2");
        await Imports.EndAsync(worker, id);
        await worker.Services.GetRequiredService<Recovery>().RunOnceAsync(CancellationToken.None);
        await IsWholeAsync(survivor, qemu, id);
        Assert.HasCount(1, survivor.StoredIn("fast").Where(name => Guid.TryParse(name, out _)), $"seed {seed}");
        Assert.IsEmpty(Directory.EnumerateFileSystemEntries(qemu.Staging));
    }

    private static async Task<string> FormatOfAsync(RunningService service, string id) => (await service.Client.GetAsync($"/v2/images/{id}")).Is(200)["disk_format"]!;

    private static async Task IsWholeAsync(RunningService service, QemuImg qemu, string id) =>
        await qemu.IsDiskAsync(Disk, (await service.Client.DownloadAsync(id)).Is(200).Body, await FormatOfAsync(service, id));

    private static Process Start(RunningService survivor, QemuImg qemu)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "image-service"),
        [
            "--urls=http://127.0.0.1:0", $"--ImageService:Database=sqlite:{survivor.At("images.db")}", $"--{Lease}", $"--ImageService:QemuImg:StagingDirectory={qemu.Staging}",
            "--GlanceStore:Stores:fast:Type=file", $"--GlanceStore:Stores:fast:Directory={survivor.At("fast")}", "--Logging:LogLevel:Default=Information",
        ])
        { RedirectStandardOutput = true };
        return Process.Start(start)!;
    }

    private static async Task<string> AddressOfAsync(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.IndexOf("http://127.0.0.1:", StringComparison.Ordinal) is >= 0 and var found)
            {
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                return line[found..].Trim();
            }
        }

        throw new InvalidOperationException("The service did not start.");
    }
}
