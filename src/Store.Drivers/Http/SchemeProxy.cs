using System.Net;

namespace GlanceStore.Drivers.Http;

/// <summary>One proxy a scheme, as glance's <c>http_proxy_information</c> has it, and hosts that need none.</summary>
internal sealed class SchemeProxy : IWebProxy
{
    private readonly Uri? _http;
    private readonly Uri? _https;
    private readonly IReadOnlyList<string> _direct;

    private SchemeProxy(HttpDriverOptions options)
    {
        var known = new CredentialCache();
        _http = Add(options.HttpProxy, known);
        _https = Add(options.HttpsProxy, known);
        _direct = options.NoProxy;
        Credentials = known;
    }

    public ICredentials? Credentials { get; set; }

    public static SchemeProxy? Of(HttpDriverOptions options) =>
        (options.HttpProxy ?? options.HttpsProxy) is null ? null : new SchemeProxy(options);

    /// <summary>Reads <c>HOST:PORT</c> or a URL; null for what is neither.</summary>
    public static Uri? UrlOf(string text) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https" or "socks5" && url.Host.Length > 0 && url is { AbsolutePath: "/" or "", Query: "", Fragment: "" } ? url : null;

    public Uri? GetProxy(Uri destination) => destination.Scheme == Uri.UriSchemeHttps ? _https : _http;

    public bool IsBypassed(Uri host)
    {
        var name = HostPattern.HostOf(host);
        return GetProxy(host) is null || _direct.Any(pattern => HostPattern.Matches(pattern, name));
    }

    private static Uri? Add(string? text, CredentialCache known)
    {
        if (text is null)
        {
            return null;
        }

        var url = UrlOf(text)!;
        var bare = new UriBuilder(url) { UserName = "", Password = "" }.Uri;
        if (url.UserInfo.Split(':', 2) is [var user, var password] && known.GetCredential(bare, "Basic") is null)
        {
            known.Add(bare, "Basic", new NetworkCredential(Uri.UnescapeDataString(user), Uri.UnescapeDataString(password)));
        }

        return bare;
    }
}
