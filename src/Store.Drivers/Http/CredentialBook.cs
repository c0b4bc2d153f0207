using System.Net.Http.Headers;

namespace GlanceStore.Drivers.Http;

/// <summary>Decides which server is told who asks. A redirect never carries a credential to a server that it was not given for.</summary>
internal sealed class CredentialBook(IReadOnlyList<HttpCredential> credentials)
{
    private readonly Dictionary<string, AuthenticationHeaderValue> _byOrigin = credentials
        .GroupBy(credential => OriginOf(credential.Origin!))
        .ToDictionary(group => group.Key, group => group.First().Header);

    public AuthenticationHeaderValue? HeaderFor(Uri url, ImageLocation location)
    {
        if (location.Secret is { } secret && IsOwn(url, HttpLocation.UrlOf(location)))
        {
            secret.Reveal(out var user, out var password);
            return HttpCredential.BasicHeader(user, password);
        }

        return _byOrigin.GetValueOrDefault(OriginOf(url));
    }

    // The same server, or the same host after a step from http to https on their usual ports, which is how a server asks for TLS.
    private static bool IsOwn(Uri url, Uri own) => OriginOf(url) == OriginOf(own)
        || (url.IdnHost == own.IdnHost && IsUsual(own, Uri.UriSchemeHttp) && IsUsual(url, Uri.UriSchemeHttps));

    private static bool IsUsual(Uri url, string scheme) => url.Scheme == scheme && url.IsDefaultPort;

    private static string OriginOf(Uri url) => $"{url.Scheme}://{url.IdnHost}:{url.Port}";
}
