using System.Text;

namespace GlanceStore.Drivers.Shared;

/// <summary>
/// Ends a request whose head is about to be written a second time: the runtime sends one again by itself where a connection ends without an
/// answer, and <see cref="SocketsHttpHandler.RequestHeaderEncodingSelector"/> alone is asked each time.
/// </summary>
internal static class RepeatedHead
{
    private static readonly HttpRequestOptionsKey<string> WasSent = new("GlanceStore.WasSent");

    /// <summary>Refuses to write the head of a request again.</summary>
    /// <param name="mark">A header that all requests have that are meant.</param>
    public static HeaderEncodingSelector<HttpRequestMessage> Refused(string mark) => (header, request) =>
    {
        if (header.Equals(mark, StringComparison.OrdinalIgnoreCase))
        {
            // A proxy that asks who it is gets the same request again, and with a name; a server that wants an older protocol, in that one.
            var sent = $"{request.Version} {request.Headers.ProxyAuthorization}";
            if (request.Options.TryGetValue(WasSent, out var before) && before == sent)
            {
                throw new IOException("The server ended the connection without an answer.");
            }

            request.Options.Set(WasSent, sent);
        }

        return null; // what the runtime uses by itself
    };
}
