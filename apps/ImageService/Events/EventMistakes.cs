using System.Text.RegularExpressions;

namespace GlanceStore.ImageService.Events;

/// <summary>What is wrong with the settings of events, one sentence each. Addresses are not told: they may hold passwords.</summary>
internal static partial class EventMistakes
{
    private const int MaxName = 255;

    public static IEnumerable<string> Of(EventOptions events) => OfRabbitMq(events.RabbitMq).Concat(OfLimits(events)).Concat(events.Webhooks.SelectMany(OfWebhook));

    private static IEnumerable<string> OfRabbitMq(RabbitMqOptions rabbit)
    {
        if (rabbit.Url is not null && (!Uri.TryCreate(rabbit.Url, UriKind.Absolute, out var url) || url.Scheme is not ("amqp" or "amqps") || url.Host.Length == 0 || url.Segments.Length > 2))
        {
            yield return "Events:RabbitMq:Url is the address of a broker, such as amqp://rabbit.example.org:5672/ or, with a virtual host, amqp://rabbit.example.org:5672/glance.";
        }

        if (rabbit.Username is null != rabbit.Password is null)
        {
            yield return "Events:RabbitMq:Username and Events:RabbitMq:Password stand together.";
        }

        if (rabbit.Exchange.Length is 0 or > MaxName || rabbit.Topic.Length is 0 or > MaxName - 6)
        {
            yield return $"Events:RabbitMq:Exchange and Events:RabbitMq:Topic are names of at most {MaxName - 6} characters.";
        }
    }

    private static IEnumerable<string> OfLimits(EventOptions events)
    {
        if (events.KeepFor < TimeSpan.FromMinutes(1) || events.KeepFor > TimeSpan.FromDays(365))
        {
            yield return "Events:KeepFor is a time from 00:01:00 to 365.00:00:00.";
        }

        if (events.KeepAtMost < 1)
        {
            yield return "Events:KeepAtMost is a number of events, at least 1.";
        }
    }

    private static IEnumerable<string> OfWebhook(KeyValuePair<string, WebhookOptions> webhook)
    {
        var (name, options) = webhook;
        if (!Name().IsMatch(name))
        {
            yield return "A name below Events:Webhooks is of 1 to 64 letters, digits, '.', '_' and '-', and one is not.";
        }

        if (!Uri.TryCreate(options.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            yield return $"Events:Webhooks:{name}:Url is an address of http or https.";
        }

        if (options.Token is { } token && (token.Length == 0 || token.Any(c => c is < '!' or > '~')))
        {
            yield return $"Events:Webhooks:{name}:Token is of visible ASCII characters.";
        }

        if (options.Secret is { Length: 0 })
        {
            yield return $"Events:Webhooks:{name}:Secret is not empty where it is given.";
        }

        if (options.Timeout < TimeSpan.FromSeconds(1) || options.Timeout > TimeSpan.FromMinutes(5))
        {
            yield return $"Events:Webhooks:{name}:Timeout is a time from 00:00:01 to 00:05:00.";
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
