namespace GlanceStore.ImageService.Events;

/// <summary>Where the service tells what happens to its images: nowhere, where nothing is said.</summary>
internal sealed record EventOptions
{
    /// <summary>The broker; none without its Url.</summary>
    public RabbitMqOptions RabbitMq { get; init; } = new();

    /// <summary>Addresses that events are posted to, by names of the operator's.</summary>
    public IReadOnlyDictionary<string, WebhookOptions> Webhooks { get; init; } = new Dictionary<string, WebhookOptions>();

    /// <summary>Who events say they are of, as glance's <c>default_publisher_id</c>.</summary>
    public string PublisherId { get; init; } = "image.localhost";

    /// <summary>Events that are not told, by name or by a group such as <c>image.member</c>, as glance's <c>disabled_notifications</c>.</summary>
    public IReadOnlyList<string> Disabled { get; init; } = [];

    /// <summary>How long an event waits for whom it cannot be delivered to, before it is given up.</summary>
    public TimeSpan KeepFor { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How many events wait for each of those who are told; what is older is given up.</summary>
    public int KeepAtMost { get; init; } = 1_000_000;

    /// <summary>Whether anybody is told that.</summary>
    public bool Tells(string type) => !Disabled.Any(name => type == name || type.StartsWith(name + ".", StringComparison.Ordinal));
}

/// <summary>A broker that speaks AMQP 0-9-1, and the names that consumers of OpenStack's notifications know.</summary>
internal sealed record RabbitMqOptions
{
    /// <summary><c>amqp://HOST:PORT/VHOST</c>, or <c>amqps://</c>.</summary>
    public string? Url { get; init; }

    /// <summary>Who it is to the broker, where the Url does not say.</summary>
    public string? Username { get; init; }

    public string? Password { get; init; }

    /// <summary>The exchange, as glance's <c>control_exchange</c>.</summary>
    public string Exchange { get; init; } = "glance";

    /// <summary>What routing keys and queues begin with: <c>notifications.info</c> and <c>notifications.error</c>.</summary>
    public string Topic { get; init; } = "notifications";

    /// <summary>
    /// Whether an exchange and a queue that are not there yet are made to outlive the broker, as <c>amqp_durable_queues</c> of their consumers, which
    /// have to say the same.
    /// </summary>
    public bool Durable { get; init; }

    // Neither the password nor an address that may hold one.
    public override string ToString() => $"the exchange {Exchange}";
}

/// <summary>An address that events are posted to.</summary>
internal sealed record WebhookOptions
{
    public string? Url { get; init; }

    /// <summary>Sent as <c>Authorization: Bearer …</c>; null for none.</summary>
    public string? Token { get; init; }

    /// <summary>What the body is signed with, by HMAC of SHA-256; null for no signature.</summary>
    public string? Secret { get; init; }

    /// <summary>How long an answer is waited for.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    // Addresses of webhooks are secrets as often as not.
    public override string ToString() => "a webhook";
}
