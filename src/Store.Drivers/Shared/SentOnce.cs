namespace GlanceStore.Drivers.Shared;

/// <summary>
/// Keeps the runtime from sending a request again by itself: it does so up to three times, at once, where a connection ends without an
/// answer, for every request of whose body it has not begun to send anything. So each request gets a body, be it an empty one.
/// </summary>
internal sealed class SentOnce(HttpMessageHandler connections) : DelegatingHandler(connections)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Content ??= new ByteArrayContent([]);
        return base.SendAsync(request, cancellationToken);
    }
}
