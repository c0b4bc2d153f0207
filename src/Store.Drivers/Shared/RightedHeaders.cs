namespace GlanceStore.Drivers.Shared;

/// <summary>Rights the headers of an answer before a client library reads them, which takes each for what it says.</summary>
internal sealed class RightedHeaders(HttpMessageHandler connections) : DelegatingHandler(connections)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (answer.Headers.TransferEncodingChunked == true)
        {
            answer.Content.Headers.ContentLength = null; // void where a body is framed in chunks (RFC 9112, 6.3)
        }

        // No encodings of the bytes: none at all, and the framing they once came in, whose name Ceph keeps.
        var encodings = answer.Content.Headers.ContentEncoding;
        foreach (var name in encodings.Where(name => name.ToUpperInvariant() is "IDENTITY" or "AWS-CHUNKED").ToArray())
        {
            encodings.Remove(name);
        }

        return answer;
    }
}
