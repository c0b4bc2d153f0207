using System.Net;

namespace GlanceStore.Drivers.Http;

/// <summary>Which URLs may be asked for at all, redirects included. What a name resolves to is <see cref="AddressGuard"/>'s to judge.</summary>
internal sealed class HostRules(HttpDriverOptions options, AddressGuard guard, IWebProxy? proxy)
{
    /// <summary>Why a URL is refused, in words that end the sentence "… leads to HOST, which …"; null where it is not.</summary>
    public string? Refusal(Uri url)
    {
        var host = HostPattern.HostOf(url);
        if ((options.AllowedHosts.Count > 0 && !Matches(options.AllowedHosts, host)) || Matches(options.DeniedHosts, host))
        {
            return "is no host that this store may read from";
        }

        if ((options.AllowedPorts.Count > 0 && !options.AllowedPorts.Contains(url.Port)) || options.DeniedPorts.Contains(url.Port))
        {
            return $"is asked at port {url.Port}, which this store may not read from";
        }

        // A proxy resolves names by itself, so an address is all that can be judged before one; without a proxy it is judged on connecting.
        return proxy?.IsBypassed(url) == false && IPAddress.TryParse(host, out var address) && !guard.Permits(address) ? AddressGuard.Refusal : null;
    }

    /// <summary>Throws where a URL is refused.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.InvalidLocation"/>.</exception>
    public void Check(Uri url, ImageLocation location)
    {
        if (Refusal(url) is { } refusal)
        {
            throw new StoreException(StoreError.InvalidLocation, $"{location} leads to {url.IdnHost}, which {refusal}.");
        }
    }

    private static bool Matches(IReadOnlyList<string> patterns, string host) => patterns.Any(pattern => HostPattern.Matches(pattern, host));
}
