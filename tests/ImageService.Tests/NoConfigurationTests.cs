using System.Diagnostics;

namespace GlanceStore.ImageService.Tests;

/// <summary>The service as it is built, with nothing set.</summary>
[TestClass]
public sealed class NoConfigurationTests
{
    [TestMethod]
    public async Task Without_any_configuration_it_starts_stores_and_can_stage()
    {
        var data = Directory.CreateTempSubdirectory("image-service-");
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "image-service"), ["--urls=http://127.0.0.1:0"]) { RedirectStandardOutput = true };
        start.Environment["XDG_DATA_HOME"] = data.FullName;
        using var process = Process.Start(start)!;
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri(await AddressOfAsync(process)) };
            var client = new ApiClient(http);
            Assert.AreEqual("""[{"id":"local","default":"true"}]""", (await client.GetAsync("/v2/info/stores")).Is(200).Json["stores"]!.ToJsonString());
            Assert.Contains("glance-direct", (await client.GetAsync("/v2/info/import")).Is(200).Text);
            var id = await client.StoreAsync([1, 2, 3]);
            Assert.AreSequenceEqual(new byte[] { 1, 2, 3 }, (await client.DownloadAsync(id)).Is(200).Body);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
            data.Delete(recursive: true);
        }
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

        throw new InvalidOperationException("The service ended before it listened.");
    }
}
