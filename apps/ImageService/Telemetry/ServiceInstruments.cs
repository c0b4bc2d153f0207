using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace GlanceStore.ImageService.Telemetry;

/// <summary>What the service itself traces and measures, beside its requests and what its stores do.</summary>
internal static class ServiceInstruments
{
    public const string Name = "GlanceStore.ImageService";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> EventsDelivered =
        Meter.CreateCounter<long>("imageservice.events.delivered", "{event}", "Events that whoever is told has taken.");

    private static readonly Counter<long> EventFailures =
        Meter.CreateCounter<long>("imageservice.events.failures", "{failure}", "Times that events could not be delivered, or were refused.");

    /// <summary>An import, from its being taken up to its end; null where nobody traces.</summary>
    public static Activity? StartImport(string imageId, string taskId, string method) => Source.StartActivity("imageservice.import")
        ?.SetTag("imageservice.image", imageId).SetTag("imageservice.task", taskId).SetTag("imageservice.method", method);

    public static void Delivered(string destination, int count) => EventsDelivered.Add(count, new KeyValuePair<string, object?>("imageservice.destination", destination));

    public static void Failed(string destination) => EventFailures.Add(1, new KeyValuePair<string, object?>("imageservice.destination", destination));
}
