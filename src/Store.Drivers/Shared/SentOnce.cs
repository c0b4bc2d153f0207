using System.Text;

namespace GlanceStore.Drivers.Shared;

/// <summary>
/// Keeps the runtime from sending a request again by itself: it does so up to three times, at once, where a connection ends without an
/// answer, for every request of whose body it has not begun to send anything. So each request gets a body, be it an empty one.
/// </summary>
internal sealed class SentOnce(HttpMessageHandler connections) : DelegatingHandler(connections)
{
    private static readonly HttpRequestOptionsKey<string> WasSent = new("GlanceStore.WasSent");

    /// <summary>
    /// Ends a request that waits for the server's word before its body (<c>Expect: 100-continue</c>) where its head is about to be written a
    /// second time: <see cref="SocketsHttpHandler.RequestHeaderEncodingSelector"/> alone is asked each time.
    /// </summary>
    public static Encoding? EncodingOf(string header, HttpRequestMessage request)
    {
        if (header.Equals("Expect", StringComparison.OrdinalIgnoreCase))
        {
            // A proxy that asks who it is gets the same request again, and with a name.
            var name = request.Headers.ProxyAuthorization?.ToString() ?? "";
            if (request.Options.TryGetValue(WasSent, out var before) && before == name)
            {
                throw new IOException("The server ended the connection without an answer.");
            }

            request.Options.Set(WasSent, name);
        }

        return null; // what the runtime uses by itself
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Content ??= new ByteArrayContent([]);
        return base.SendAsync(request, cancellationToken);
    }
}
