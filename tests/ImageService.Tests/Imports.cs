using System.Text.Json.Nodes;
using GlanceStore.Drivers.Testing;

namespace GlanceStore.ImageService.Tests;

/// <summary>What tests of imports and other tasks do.</summary>
internal static class Imports
{
    /// <summary>The settings with which <c>web-download</c> fetches from servers of tests.</summary>
    public static readonly string[] FromLoopback = ["ImageService:WebDownload:AllowedNetworks=127.0.0.0/8", "ImageService:WebDownload:AllowedPorts="];

    public const string Direct = """{"method": {"name": "glance-direct"}}""";

    public static string WebDownload(string uri, string more = "") => $$$"""{"method": {"name": "web-download", "uri": "{{{uri}}}"{{{more}}}}}""";

    /// <summary>The body of a task that makes an image of what is at an address.</summary>
    public static string MakingOf(string from, string format, string properties = "{}") => new JsonObject
    {
        ["type"] = "import",
        ["input"] = new JsonObject { ["import_from"] = from, ["import_from_format"] = format, ["image_properties"] = "PROPERTIES" },
    }.ToJsonString().Replace("\"PROPERTIES\"", properties, StringComparison.Ordinal);

    public static Task<Answer> StageAsync(ApiClient client, string id, byte[] data)
    {
        var body = new ByteArrayContent(data) { Headers = { ContentType = new("application/octet-stream") } };
        return client.SendAsync(new HttpRequestMessage(HttpMethod.Put, $"/v2/images/{id}/stage") { Content = body });
    }

    /// <summary>Waits until no task of the image waits or is under way, and what it had no more use for is removed.</summary>
    public static async Task EndAsync(RunningService service, string id)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await service.Database.ReadAsync(session => session.FindAsync<long>(
            """
            SELECT (SELECT COUNT(*) FROM tasks WHERE image_id = @id AND status IN ('pending', 'processing'))
                + (SELECT COUNT(*) FROM image_locations WHERE image_id = @id AND status IN ('converting', 'discarded'))
                + (SELECT COUNT(*) FROM images WHERE id = @id AND staged IS NOT NULL AND status IN ('active', 'queued'))
            """, new { id }), limit.Token) > 0)
        {
            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>The last task of an image.</summary>
    public static async Task<JsonNode> LastTaskAsync(RunningService service, string id) =>
        (await service.Client.GetAsync($"/v2/images/{id}/tasks")).Is(200).Json["tasks"]![0]!;

    /// <summary>A server that has one file, <c>disk</c>.</summary>
    public static LoopbackHttp Web(byte[] file) => new(async context =>
    {
        if (context.Request.Url!.AbsolutePath != "/disk")
        {
            context.Response.StatusCode = 404;
        }
        else
        {
            context.Response.ContentLength64 = file.Length;
            if (context.Request.HttpMethod != "HEAD")
            {
                await context.Response.OutputStream.WriteAsync(file);
            }
        }

        context.Response.Close();
    });
}
