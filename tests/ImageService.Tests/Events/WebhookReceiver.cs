using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using GlanceStore.Drivers.Testing;

namespace GlanceStore.ImageService.Tests.Events;

/// <summary>One event that was posted.</summary>
internal sealed record Posted(byte[] Body, WebHeaderCollection Headers)
{
    public JsonObject Message { get; } = JsonNode.Parse(Body)!.AsObject();

    public string Type => (string)Message["event_type"]!;

    public JsonObject Payload => Message["payload"]!.AsObject();
}

/// <summary>Whoever events are posted to, answering as it is told.</summary>
internal sealed class WebhookReceiver : IDisposable
{
    private readonly LoopbackHttp _http;

    public WebhookReceiver()
    {
        _http = new LoopbackHttp(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            var posted = new Posted(body.ToArray(), (WebHeaderCollection)context.Request.Headers);
            var status = Answer(posted);
            (status == 200 ? Taken : Refused).Enqueue(posted);
            context.Response.StatusCode = status;
            context.Response.RedirectLocation = LeadsTo;
            context.Response.Close();
        });
    }

    public string Url => _http.Url + "/events";

    /// <summary>The status of an answer.</summary>
    public Func<Posted, int> Answer { get; set; } = _ => 200;

    /// <summary>The address that answers lead to; null for none.</summary>
    public string? LeadsTo { get; set; }

    public ConcurrentQueue<Posted> Taken { get; } = [];

    public ConcurrentQueue<Posted> Refused { get; } = [];

    /// <summary>Waits until so many were taken.</summary>
    public Task<Posted[]> TakenAsync(int count) => WaitAsync(Taken, count);

    /// <summary>Waits until so many were not taken.</summary>
    public Task<Posted[]> RefusedAsync(int count) => WaitAsync(Refused, count);

    public void Dispose() => _http.Dispose();

    private static async Task<Posted[]> WaitAsync(ConcurrentQueue<Posted> queue, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (queue.Count < count)
        {
            await Task.Delay(20, limit.Token);
        }

        return [.. queue];
    }
}
