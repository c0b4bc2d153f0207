using System.Text.Json;
using GlanceStore.ComputeAgent.State;

namespace GlanceStore.ComputeAgent.Events;

/// <summary>GET /events: server-sent events, from the moment of the answer on.</summary>
internal sealed class EventRoute(EventHub hub, TimeProvider time, IHostApplicationLifetime lifetime)
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public async Task RunAsync(HttpContext context)
    {
        using var subscription = hub.Subscribe();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, subscription.Dropped, lifetime.ApplicationStopping);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            await WriteAsync(context, ": listening\n\n", ending.Token);
            while (true)
            {
                await WriteAsync(context, await NextAsync(subscription, ending.Token), ending.Token);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            if (subscription.Dropped.IsCancellationRequested)
            {
                context.Abort();
            }
        }
    }

    private async Task<string> NextAsync(EventHub.Subscription subscription, CancellationToken cancellationToken)
    {
        if (!subscription.Queue.Reader.TryRead(out var happened))
        {
            // A comment now and then: a client that went away without a word is found out.
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var arrived = subscription.Queue.Reader.WaitToReadAsync(waiting.Token).AsTask();
            var first = await Task.WhenAny(arrived, Task.Delay(Heartbeat, time, waiting.Token));
            await waiting.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
            if (first != arrived || !subscription.Queue.Reader.TryRead(out happened))
            {
                return ": still here\n\n";
            }
        }

        return $"event: {happened.Kind}\ndata: {JsonSerializer.Serialize(happened.Data, happened.Data.GetType(), AgentJson.Options)}\n\n";
    }

    private static async Task WriteAsync(HttpContext context, string text, CancellationToken cancellationToken)
    {
        await context.Response.WriteAsync(text, cancellationToken);
        await context.Response.Body.FlushAsync(cancellationToken);
    }
}
