namespace GlanceStore.ComputeAgent.Sources;

/// <summary>The sources of the configuration; without any, our image service where it listens without configuration.</summary>
internal static class SourcesSetup
{
    private static readonly SourceOptions Standard = new() { Url = "http://127.0.0.1:9292" };

    public static void AddSources(this IServiceCollection services, AgentOptions options) =>
        services.AddSingleton(provider => new SourceList(
            [.. (options.Sources ?? [Standard]).Select(source => Of(source, provider.GetRequiredService<ImageStores>()))], provider.GetRequiredService<ILogger<SourceList>>()));

    private static IImageSource Of(SourceOptions options, ImageStores stores) => options.Type switch
    {
        SourceKind.Receipts => new ReceiptsSource(options),
        SourceKind.Glance => new GlanceSource(options, stores),
        _ => new ServiceSource(options),
    };
}
