namespace GlanceStore.ImageService.Telemetry;

/// <summary>Where traces and metrics are sent, in OpenTelemetry's protocol: nowhere, where nothing is said.</summary>
internal sealed record TelemetryOptions
{
    /// <summary>The collector, such as <c>http://collector:4317</c>; null for what <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says, or nothing.</summary>
    public string? Endpoint { get; init; }

    public TelemetryProtocol Protocol { get; init; }

    /// <summary>Headers that a collector asks for, as <c>name=value,name=value</c>.</summary>
    public string? Headers { get; init; }

    /// <summary>What the service is called in what is sent.</summary>
    public string ServiceName { get; init; } = "image-service";

    public static IEnumerable<string> Mistakes(TelemetryOptions options)
    {
        if (options.Endpoint is { } endpoint && (!Uri.TryCreate(endpoint, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")))
        {
            yield return "Telemetry:Endpoint is the address of a collector, such as http://collector.example.org:4317.";
        }
    }

    // Headers hold keys.
    public override string ToString() => ServiceName;
}

/// <summary>How it is sent.</summary>
internal enum TelemetryProtocol
{
    Grpc,
    HttpProtobuf,
}
