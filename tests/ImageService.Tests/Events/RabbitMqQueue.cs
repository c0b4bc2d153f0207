using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using GlanceStore.Conformance;
using RabbitMQ.Client;

namespace GlanceStore.ImageService.Tests.Events;

/// <summary>A notification as a consumer of RabbitMQ got it.</summary>
/// <param name="Key">Its routing key.</param>
/// <param name="Properties">What the broker says of it.</param>
/// <param name="Envelope">Its body.</param>
internal sealed record Notification(string Key, IReadOnlyBasicProperties Properties, JsonObject Envelope)
{
    public JsonObject Message { get; } = JsonNode.Parse((string)Envelope["oslo.message"]!)!.AsObject();

    public string Type => (string)Message["event_type"]!;

    public JsonNode Payload => Message["payload"]!;

    /// <summary>The image that it is of, whichever way it says so.</summary>
    public string? Image => Payload is JsonObject payload ? (string?)(payload["image_id"] ?? payload["id"]) : null;
}

/// <summary>An exchange and queues of its own on the RabbitMQ of <c>tests/servers</c>, for one test, as the service is told to use them.</summary>
internal sealed class RabbitMqQueue : IAsyncDisposable
{
    private readonly string _exchange = $"glance-{Guid.NewGuid():N}";
    private readonly string _topic = $"notifications-{Guid.NewGuid():N}";
    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private RabbitMqQueue(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    public static int Port { get; } = int.Parse(
        Environment.GetEnvironmentVariable("GLANCESTORE_RABBITMQ_PORT") is { Length: > 0 } port ? port : "18700", System.Globalization.CultureInfo.InvariantCulture);

    public string Exchange => _exchange;

    public string Topic => _topic;

    public string InfoQueue => $"{_topic}.info";

    public static async Task<RabbitMqQueue> OpenAsync()
    {
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync("127.0.0.1", Port);
        }
        catch (SocketException)
        {
            SkippedServers.Skip("rabbitmq", $"nothing listens at port {Port}; start it with tests/servers/rabbitmq/server start");
        }

        var connection = await new ConnectionFactory { HostName = "127.0.0.1", Port = Port }.CreateConnectionAsync();
        return new RabbitMqQueue(connection, await connection.CreateChannelAsync());
    }

    /// <summary>The settings of a service that tells this queue, through whatever listens at a port.</summary>
    public string[] Settings(int? port = null) =>
    [
        $"ImageService:Events:RabbitMq:Url=amqp://127.0.0.1:{port ?? Port}", "ImageService:Events:RabbitMq:Username=guest", "ImageService:Events:RabbitMq:Password=guest",
        $"ImageService:Events:RabbitMq:Exchange={_exchange}", $"ImageService:Events:RabbitMq:Topic={_topic}",
    ];

    /// <summary>Takes notifications in their order until one is the last that is waited for.</summary>
    public async Task<List<Notification>> TakeUntilAsync(Func<Notification, bool> isLast)
    {
        var taken = new List<Notification>();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            if (await TryTakeAsync() is not { } next)
            {
                await Task.Delay(20, limit.Token);
                continue;
            }

            taken.Add(next);
            if (isLast(next))
            {
                return taken;
            }
        }
    }

    /// <summary>Takes that many.</summary>
    public Task<List<Notification>> TakeAsync(int count) => TakeUntilAsync(_ => --count == 0);

    /// <summary>The next one of either queue; null where there is none.</summary>
    public async Task<Notification?> TryTakeAsync()
    {
        foreach (var queue in new[] { InfoQueue, $"{_topic}.error" })
        {
            if (await ExistsAsync(queue) && await _channel.BasicGetAsync(queue, autoAck: true) is { } got)
            {
                return new Notification(got.RoutingKey[(_topic.Length + 1)..], got.BasicProperties, JsonNode.Parse(Encoding.UTF8.GetString(got.Body.Span))!.AsObject());
            }
        }

        return null;
    }

    /// <summary>Whether somebody consumes the queue.</summary>
    public async Task<bool> IsConsumedAsync() => await ExistsAsync(InfoQueue) && await _channel.ConsumerCountAsync(InfoQueue) > 0;

    public Task RemoveQueueAsync() => _channel.QueueDeleteAsync(InfoQueue);

    public async ValueTask DisposeAsync()
    {
        await _channel.QueueDeleteAsync(InfoQueue);
        await _channel.QueueDeleteAsync($"{_topic}.error");
        await _channel.ExchangeDeleteAsync(_exchange);
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task<bool> ExistsAsync(string queue)
    {
        await using var probe = await _connection.CreateChannelAsync();
        try
        {
            await probe.QueueDeclarePassiveAsync(queue);
            return true;
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
        {
            return false;
        }
    }
}
