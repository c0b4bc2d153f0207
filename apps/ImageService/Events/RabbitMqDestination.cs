using System.Net.Security;
using System.Text;
using System.Text.Json.Nodes;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace GlanceStore.ImageService.Events;

/// <summary>
/// RabbitMQ, in the form of oslo.messaging's notifications (envelope 2.0). An event is delivered when the broker has confirmed it; whatever fails costs
/// the connection, and the next event opens another one.
/// </summary>
internal sealed class RabbitMqDestination(EventOptions options) : IEventDestination
{
    public const string Destination = "rabbitmq";

    // To connect, to declare, to be confirmed: each.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly RabbitMqOptions _options = options.RabbitMq;
    private readonly SemaphoreSlim _opening = new(1);
    private RabbitMqLink? _link;

    public string Name => Destination;

    public async Task DeliverAsync(StoredEvent told, CancellationToken cancellationToken)
    {
        var key = $"{_options.Topic}.{(told.IsError != 0 ? "error" : "info")}";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        var link = await OpenAsync(key, limit.Token);
        try
        {
            // Mandatory: where somebody has removed the queue the broker says so, instead of confirming what it throws away.
            await link.Channel.BasicPublishAsync(_options.Exchange, key, mandatory: true, PropertiesOf(told), BodyOf(told), limit.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            await CloseAsync(link);
            throw new TimeoutException($"RabbitMQ has confirmed nothing for {Patience.TotalSeconds:0} s.", e);
        }
        catch
        {
            await CloseAsync(link);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _link, null) is { } link)
        {
            await link.DisposeAsync();
        }

        _opening.Dispose();
    }

    // As oslo.messaging writes them; a consumer of its own passes over a _unique_id that it has seen.
    private static byte[] BodyOf(StoredEvent told)
    {
        var message = $"{told.Message.AsSpan(0, told.Message.Length - 1)},\"_unique_id\":\"{told.MessageId.Replace("-", "", StringComparison.Ordinal)}\"}}";
        return Encoding.UTF8.GetBytes(new JsonObject { ["oslo.version"] = "2.0", ["oslo.message"] = message }.ToJsonString(Outbox.Readable));
    }

    private static BasicProperties PropertiesOf(StoredEvent told) => new()
    {
        ContentType = "application/json",
        ContentEncoding = "utf-8",
        DeliveryMode = DeliveryModes.Persistent,
        MessageId = told.MessageId,
    };

    private async Task<RabbitMqLink> OpenAsync(string key, CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_link is not { Channel.IsOpen: true } link)
            {
                await CloseAsync(_link);
                _link = link = await RabbitMqLink.OpenAsync(FactoryOf(_options), cancellationToken);
            }

            await link.EnsureAsync(_options, key, cancellationToken);
            return link;
        }
        catch
        {
            await CloseAsync(_link);
            throw;
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task CloseAsync(RabbitMqLink? link)
    {
        if (link is not null && Interlocked.CompareExchange(ref _link, null, link) == link)
        {
            await link.DisposeAsync();
        }
    }

    private static ConnectionFactory FactoryOf(RabbitMqOptions options)
    {
        var factory = new ConnectionFactory
        {
            Uri = new Uri(options.Url!),
            ClientProvidedName = "image-service",
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = Patience,
            ContinuationTimeout = Patience,
        };
        factory.UserName = options.Username ?? factory.UserName;
        factory.Password = options.Password ?? factory.Password;

        // The client takes an amqps: address for leave to accept a certificate of any other host.
        factory.Ssl.ServerName = factory.HostName;
        factory.Ssl.AcceptablePolicyErrors = SslPolicyErrors.None;
        return factory;
    }
}

/// <summary>A connection to RabbitMQ with the one channel that events are published on.</summary>
internal sealed class RabbitMqLink(IConnection connection, IChannel channel) : IAsyncDisposable
{
    private readonly HashSet<string> _ensured = [];

    public IChannel Channel => channel;

    public static async Task<RabbitMqLink> OpenAsync(ConnectionFactory factory, CancellationToken cancellationToken)
    {
        var connection = await factory.CreateConnectionAsync(cancellationToken);
        try
        {
            var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
            return new RabbitMqLink(connection, await connection.CreateChannelAsync(confirmed, cancellationToken));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Makes the exchange and the queue of a routing key where they are not there: events wait in the queue before anybody consumes them. What is
    /// there is taken as it is.
    /// </summary>
    public async Task EnsureAsync(RabbitMqOptions options, string key, CancellationToken cancellationToken)
    {
        if (_ensured.Contains(key))
        {
            return;
        }

        if (!await ExistsAsync(probe => probe.ExchangeDeclarePassiveAsync(options.Exchange, cancellationToken), cancellationToken))
        {
            await channel.ExchangeDeclareAsync(options.Exchange, ExchangeType.Topic, options.Durable, autoDelete: false, cancellationToken: cancellationToken);
        }

        if (!await ExistsAsync(probe => probe.QueueDeclarePassiveAsync(key, cancellationToken), cancellationToken))
        {
            await channel.QueueDeclareAsync(key, options.Durable, exclusive: false, autoDelete: false, cancellationToken: cancellationToken);
        }

        await channel.QueueBindAsync(key, options.Exchange, key, cancellationToken: cancellationToken);
        _ensured.Add(key);
    }

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }

    // The broker ends the channel on which it is asked for what is not there.
    private async Task<bool> ExistsAsync(Func<IChannel, Task> ask, CancellationToken cancellationToken)
    {
        await using var probe = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            await ask(probe);
            return true;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.NotFound })
        {
            return false;
        }
    }
}
