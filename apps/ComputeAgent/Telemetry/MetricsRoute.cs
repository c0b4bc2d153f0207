using System.Globalization;
using System.Text;
using GlanceStore.ComputeAgent.Images;

namespace GlanceStore.ComputeAgent.Telemetry;

/// <summary>GET /metrics: the text format of Prometheus.</summary>
internal sealed class MetricsRoute(Agent agent, StoreCounters stores)
{
    public async Task RunAsync(HttpContext context)
    {
        var text = new StringBuilder();
        var (images, cached) = await agent.Images.ListAsync(context.RequestAborted);
        Begin(text, "compute_agent_images", "gauge", "Images, by their state.");
        foreach (var state in Enum.GetValues<ImageState>())
        {
            Add(text, "compute_agent_images", "state", $"{state}".ToLowerInvariant(), images.Count(image => image.State == state));
        }

        Begin(text, "compute_agent_disks", "gauge", "Disks, by their kind.");
        foreach (var kind in agent.Disks.All.GroupBy(disk => disk.Record.Kind))
        {
            Add(text, "compute_agent_disks", "kind", $"{kind.Key}".ToLowerInvariant(), kind.Count());
        }

        Single(text, "compute_agent_cache_bytes", "gauge", "Bytes that the cache takes on the disk.", cached.Sum(entry => entry.AllocatedBytes));
        Single(text, "compute_agent_downloads_running", "gauge", "Downloads under way.", agent.Downloads.Running);
        Single(text, "compute_agent_nbd_connections", "gauge", "Connections of guests to exports.", agent.Nbd.ConnectionCount);
        Single(text, "compute_agent_event_listeners", "gauge", "Clients that listen to events.", agent.Events.Listeners);
        Single(text, "compute_agent_event_listeners_dropped_total", "counter", "Clients that were dropped because they did not take their events.", agent.Events.Dropped);
        foreach (var sums in stores.Sums.GroupBy(sum => sum.Name))
        {
            var name = $"{sums.Key.Replace('.', '_')}_total";
            Begin(text, name, "counter", $"The sum of {sums.Key}, by store.");
            foreach (var (_, store, sum) in sums)
            {
                Add(text, name, "store", store, sum);
            }
        }

        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await context.Response.WriteAsync(text.ToString(), context.RequestAborted);
    }

    private static void Single(StringBuilder text, string name, string type, string help, long value)
    {
        Begin(text, name, type, help);
        text.Append(CultureInfo.InvariantCulture, $"{name} {value}\n");
    }

    private static void Begin(StringBuilder text, string name, string type, string help) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    private static void Add(StringBuilder text, string name, string label, string value, long number) =>
        text.Append(CultureInfo.InvariantCulture, $"{name}{{{label}=\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"}} {number}\n");
}
