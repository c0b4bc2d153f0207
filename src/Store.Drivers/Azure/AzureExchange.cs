using Azure.Core;
using Azure.Core.Pipeline;

namespace GlanceStore.Drivers.Azure;

/// <summary>What a request carries for which the SDK has no parameter, and what of the answer the SDK would read in its own way.</summary>
internal sealed class AzureExchange
{
    private const string Property = "GlanceStore.AzureExchange";
    private const string CrcHeader = "x-ms-content-crc64";

    /// <summary>
    /// The CRC-64 of the body, as the header has it. The SDK's own transfer validation would frame the body as a structured message instead,
    /// which is for senders that do not know the sum yet.
    /// </summary>
    public string? Crc64 { get; init; }

    /// <summary>What the service computed of the body it got.</summary>
    public string? Crc64Seen { get; private set; }

    /// <summary>The body of the answer as it comes from the connection: the SDK's stream around it would make requests of its own after a failure.</summary>
    public Stream? Body { get; private set; }

    /// <summary>Requests begun until it is disposed belong to this exchange.</summary>
    public IDisposable Begin() => HttpPipeline.CreateHttpMessagePropertiesScope(new Dictionary<string, object?> { [Property] = this });

    internal sealed class Policy : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message)
        {
            if (Of(message)?.Crc64 is { } crc)
            {
                message.Request.Headers.SetValue(CrcHeader, crc);
            }
        }

        public override void OnReceivedResponse(HttpMessage message)
        {
            if (message.HasResponse && Of(message) is { } exchange)
            {
                exchange.Crc64Seen = message.Response.Headers.TryGetValue(CrcHeader, out var seen) ? seen : null;
                exchange.Body = message.Response.ContentStream;
            }
        }

        private static AzureExchange? Of(HttpMessage message) => message.TryGetProperty(Property, out var value) ? value as AzureExchange : null;
    }
}
