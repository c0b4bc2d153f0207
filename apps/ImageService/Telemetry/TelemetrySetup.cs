using GlanceStore.Diagnostics;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace GlanceStore.ImageService.Telemetry;

/// <summary>Traces and metrics of requests, stores, imports and events, where a collector is configured.</summary>
internal static class TelemetrySetup
{
    private const string StandardEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    // Requests to the outside are not traced by themselves: their addresses may hold what nobody else should know. What is asked of a store is in the
    // store's own traces.
    private static readonly string[] Meters =
        [StoreInstruments.Name, ServiceInstruments.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "Npgsql"];

    public static void AddTelemetry(this IServiceCollection services, IConfiguration configuration, TelemetryOptions options)
    {
        if (options.Endpoint is null && configuration[StandardEndpoint] is null)
        {
            return;
        }

        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(options.ServiceName))
            .WithTracing(traces => traces
                .AddSource(StoreInstruments.Name, ServiceInstruments.Name)
                .AddAspNetCoreInstrumentation(requests => requests.Filter = context => context.Request.Path != "/healthcheck")
                .AddOtlpExporter(exporter => Set(exporter, options, "v1/traces")))
            .WithMetrics(metrics => metrics
                .AddMeter(Meters)
                .AddOtlpExporter(exporter => Set(exporter, options, "v1/metrics")));
    }

    // What is not set is what OpenTelemetry's own variables say.
    private static void Set(OtlpExporterOptions exporter, TelemetryOptions options, string path)
    {
        if (options.Endpoint is { } endpoint)
        {
            var isHttp = options.Protocol == TelemetryProtocol.HttpProtobuf;
            exporter.Protocol = isHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
            exporter.Endpoint = new Uri(isHttp ? $"{endpoint.TrimEnd('/')}/{path}" : endpoint);
        }

        exporter.Headers = options.Headers ?? exporter.Headers;
    }
}
