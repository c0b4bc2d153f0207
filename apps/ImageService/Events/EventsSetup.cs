namespace GlanceStore.ImageService.Events;

/// <summary>Whoever the configuration says is told, and what delivers to them.</summary>
internal static class EventsSetup
{
    public static void AddEvents(this IServiceCollection services, EventOptions options)
    {
        services.AddSingleton<EventQueue>().AddSingleton<DestinationDelivery>().AddSingleton<DamageReports>().AddSingleton<SentImages>();
        if (options.RabbitMq.Url is not null)
        {
            services.AddSingleton<IEventDestination>(_ => new RabbitMqDestination(options));
        }

        foreach (var (name, webhook) in options.Webhooks)
        {
            services.AddSingleton<IEventDestination>(_ => new WebhookDestination(name, webhook));
        }
    }
}
