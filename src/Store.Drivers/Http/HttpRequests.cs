using System.Net;

namespace GlanceStore.Drivers.Http;

/// <summary>Sends a request and follows its redirects by hand, so that every step is judged and no credential travels further than it may.</summary>
internal sealed class HttpRequests(HttpDriverOptions options, HttpMessageInvoker invoker, HostRules rules)
{
    /// <summary>A header that every request has.</summary>
    public const string MarkOfAll = "User-Agent";

    private const string UserAgent = "GlanceStore";

    private readonly CredentialBook _credentials = new(options.Credentials);

    public async ValueTask<HttpResponseMessage> SendAsync(
        HttpMethod method, ImageLocation location, Action<HttpRequestMessage> prepare, CancellationToken cancellationToken)
    {
        var url = HttpLocation.UrlOf(location);
        for (var redirects = 0; ; redirects++)
        {
            rules.Check(url, location);
            var response = await SendAsync(method, url, location, prepare, cancellationToken).ConfigureAwait(false);
            if (!IsRedirect(response.StatusCode))
            {
                return response;
            }

            using (response)
            {
                url = Next(url, response, location, redirects);
            }
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, Uri url, ImageLocation location, Action<HttpRequestMessage> prepare, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, url)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.Add(MarkOfAll, UserAgent);
        request.Headers.Add("Accept-Encoding", "identity");
        request.Headers.Authorization = _credentials.HeaderFor(url, location);
        prepare(request);
        return await invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private Uri Next(Uri from, HttpResponseMessage response, ImageLocation location, int redirects)
    {
        var target = HttpLocation.Follow(from, response.Headers.Location) ?? throw HttpErrors.Unusable(StoreError.InvalidLocation, location,
            $"answers {(int)response.StatusCode} and does not say where to, or leads out of HTTP");
        if (redirects >= options.MaxRedirects)
        {
            throw HttpErrors.Unusable(StoreError.Unavailable, location, $"redirects more than the {options.MaxRedirects} times of 'MaxRedirects'");
        }

        return options.AllowDowngrade || from.Scheme == Uri.UriSchemeHttp || target.Scheme == Uri.UriSchemeHttps
            ? target
            : throw HttpErrors.Unusable(StoreError.InvalidLocation, location, "redirects from https to http, which only 'AllowDowngrade' permits");
    }

    private static bool IsRedirect(HttpStatusCode status) => (int)status is 301 or 302 or 303 or 307 or 308;
}
