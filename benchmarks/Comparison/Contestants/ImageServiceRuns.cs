using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace GlanceStore.Benchmarks.Comparison.Contestants;

/// <summary>One job for an image service that runs, by curl where bytes are moved; tells the time, and the service's own processor time and memory.</summary>
internal static class ImageServiceRuns
{
    private const string Kept = "kept";
    private const string NewImage = """{"name": "NAME", "disk_format": "raw", "container_format": "bare"}""";
    private const int WarmUps = 5;
    private const int Page = 25;

    /// <summary>Runs <c>upload FILE COUNT</c>, <c>keep FILE</c>, <c>download COUNT</c>, <c>both FILE COUNT</c>, <c>list name|tag|marker COUNT OF</c> or <c>create-and-show COUNT CONNECTIONS</c>.</summary>
    public static async Task RunAsync(string name, string[] words)
    {
        var service = ImageServiceProcesses.Of(name);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = service.Address, Timeout = TimeSpan.FromMinutes(10) };
        await (words switch
        {
            ["upload", var file, var count] => UploadAsync(service, http, file, Number(count)),
            ["keep", var file] => KeepAsync(http, file),
            ["download", var count] => DownloadAsync(service, http, Number(count)),
            ["both", var file, var count] => BothAsync(service, http, file, Number(count)),
            ["list", var by, var count, var of] => ListAsync(service, http, by, Number(count), Number(of)),
            ["create-and-show", var count, var connections] => CreateAndShowAsync(service, http, Number(count), Number(connections)),
            _ => throw new ArgumentException($"image-service {name} {string.Join(' ', words)}: no such job."),
        });
    }

    private static async Task UploadAsync(ImageServiceProcesses service, HttpClient http, string file, int count)
    {
        string[] ids = await CreateAsync(http, "upload", count);
        await service.MeasureAsync(() => Task.WhenAll(ids.Select(id => CurlUploadAsync(http, file, id))));
        await DeleteAsync(http, ids);
    }

    private static async Task DownloadAsync(ImageServiceProcesses service, HttpClient http, int count)
    {
        var id = await KeptAsync(http) ?? throw new InvalidOperationException("No image is kept.");
        await service.MeasureAsync(() => Task.WhenAll(Enumerable.Range(0, count).Select(_ => CurlDownloadAsync(http, id))));
    }

    // Half of them up, half of them down.
    private static async Task BothAsync(ImageServiceProcesses service, HttpClient http, string file, int count)
    {
        var kept = await KeptAsync(http) ?? throw new InvalidOperationException("No image is kept.");
        string[] ids = await CreateAsync(http, "both", count / 2);
        await service.MeasureAsync(() => Task.WhenAll([
            .. ids.Select(id => CurlUploadAsync(http, file, id)), .. Enumerable.Range(0, count - ids.Length).Select(_ => CurlDownloadAsync(http, kept))]));
        await DeleteAsync(http, ids);
    }

    /// <summary>The image that downloads are of, and no other one of its name.</summary>
    private static async Task KeepAsync(HttpClient http, string file)
    {
        while (await KeptAsync(http) is { } old)
        {
            await DeleteAsync(http, [old]);
        }

        await CurlUploadAsync(http, file, (await CreateAsync(http, Kept, 1))[0]);
    }

    private static async Task ListAsync(ImageServiceProcesses service, HttpClient http, string by, int count, int of)
    {
        var random = new Random(15);
        var times = new List<double>(count);
        await service.MeasureAsync(async () =>
        {
            for (var i = -WarmUps; i < count; i++)
            {
                var watch = Stopwatch.StartNew();
                var answer = await http.GetStringAsync($"v2/images?limit={Page}&{FilterOf(by, random, of)}");
                times.AddRange(i < 0 ? [] : [watch.Elapsed.TotalMilliseconds]);
                if (JsonNode.Parse(answer)!["images"]!.AsArray().Count != Page)
                {
                    throw new InvalidOperationException($"A list by {by} has not {Page} images.");
                }
            }
        });
        times.Sort();
        ProcessTimes.ReportCount(times[(int)Math.Ceiling(0.99 * count) - 1]);
    }

    // As Contestants/fill_images.py names them.
    private static string FilterOf(string by, Random random, int of) => by switch
    {
        "name" => $"name=name-{random.Next(of / 50)}",
        "tag" => $"tag=tag-{random.Next(of / 100)}",
        _ => $"marker={random.Next(Page, of - Page):x8}-0000-4000-8000-000000000000",
    };

    private static async Task CreateAndShowAsync(ImageServiceProcesses service, HttpClient http, int count, int connections)
    {
        var ids = new string[count];
        await service.MeasureAsync(() => Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = connections }, async (i, _) =>
        {
            ids[i] = (await CreateAsync(http, "shown", 1))[0];
            await http.GetStringAsync($"v2/images/{ids[i]}", CancellationToken.None);
        }));
        await DeleteAsync(http, ids);
    }

    private static async Task<string[]> CreateAsync(HttpClient http, string name, int count)
    {
        var ids = new string[count];
        for (var i = 0; i < count; i++)
        {
            using var body = new StringContent(NewImage.Replace("NAME", name, StringComparison.Ordinal), null, "application/json");
            using var answer = await http.PostAsync("v2/images", body);
            ids[i] = (string)(await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
        }

        return ids;
    }

    private static async Task<string?> KeptAsync(HttpClient http) =>
        (string?)JsonNode.Parse(await http.GetStringAsync($"v2/images?name={Kept}"))!["images"]!.AsArray().FirstOrDefault()?["id"];

    private static async Task DeleteAsync(HttpClient http, string[] ids)
    {
        foreach (var id in ids)
        {
            (await http.DeleteAsync($"v2/images/{id}")).EnsureSuccessStatusCode().Dispose();
        }
    }

    private static Task CurlUploadAsync(HttpClient http, string file, string id) =>
        CurlAsync(http, id, "--upload-file", file, "--header", "Content-Type: application/octet-stream");

    private static Task CurlDownloadAsync(HttpClient http, string id) => CurlAsync(http, id);

    private static async Task CurlAsync(HttpClient http, string id, params string[] options)
    {
        var url = new Uri(http.BaseAddress!, $"v2/images/{id}/file").AbsoluteUri;
        using var curl = Process.Start("curl", ["--silent", "--show-error", "--fail", "--noproxy", "*", "--output", "/dev/null", .. options, url]);
        await curl.WaitForExitAsync();
        if (curl.ExitCode != 0)
        {
            throw new InvalidOperationException($"curl {string.Join(' ', options)} {url}: exit code {curl.ExitCode}");
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
