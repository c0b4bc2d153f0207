using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace GlanceStore.ImageService.Events;

/// <summary>An address that each event is posted to, as the JSON of its notification. Any answer of 2xx says that it was taken.</summary>
internal sealed class WebhookDestination : IEventDestination
{
    private const string SignatureHeader = "X-Image-Service-Signature";
    private const string EventHeader = "X-Image-Service-Event";
    private const string DeliveryHeader = "X-Image-Service-Delivery";

    private readonly WebhookOptions _options;
    private readonly HttpClient _http;

    public WebhookDestination(string name, WebhookOptions options)
    {
        _options = options;
        Name = DestinationOf(name);

        // An address that leads elsewhere is not the one that the operator wrote; its token stays here.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5), ConnectTimeout = options.Timeout };
        _http = new HttpClient(handler) { Timeout = options.Timeout };
    }

    public string Name { get; }

    public static string DestinationOf(string name) => $"webhook:{name}";

    public async Task DeliverAsync(StoredEvent told, CancellationToken cancellationToken)
    {
        using var request = RequestOf(told);
        HttpStatusCode status;
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            status = answer.StatusCode;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The webhook has not answered within {_options.Timeout.TotalSeconds:0} s.", e);
        }

        if ((int)status is >= 200 and < 300)
        {
            return;
        }

        // What these say is said of the event; all others, of whoever answers.
        throw status is HttpStatusCode.BadRequest or HttpStatusCode.Conflict or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnsupportedMediaType
            or HttpStatusCode.UnprocessableEntity
            ? new EventRefusedException($"it answers {(int)status}.")
            : new HttpRequestException($"The webhook answers {(int)status}.", null, status);
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private HttpRequestMessage RequestOf(StoredEvent told)
    {
        var body = Encoding.UTF8.GetBytes(told.Message);
        var request = new HttpRequestMessage(HttpMethod.Post, _options.Url)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        request.Headers.Add(EventHeader, told.EventType);
        request.Headers.Add(DeliveryHeader, told.MessageId);
        if (_options.Token is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (_options.Secret is { } secret)
        {
            request.Headers.Add(SignatureHeader, $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body))}");
        }

        return request;
    }
}
