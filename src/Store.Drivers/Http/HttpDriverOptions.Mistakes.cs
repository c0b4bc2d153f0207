using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.Http;

public sealed partial record HttpDriverOptions
{
    // What a timer of .NET takes.
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMilliseconds(int.MaxValue);

    /// <summary>What is wrong with these options, one sentence each; empty where nothing is.</summary>
    public IReadOnlyList<string> Mistakes() =>
    [
        .. PlaceMistakes(), .. ProxyMistakes(), .. LimitMistakes(), .. ListMistakes(),
        .. Credentials.SelectMany((credential, i) => credential.Mistakes(i)),
    ];

    private IEnumerable<string> PlaceMistakes()
    {
        if (BaseUrl is not null && !IsBase(BaseUrl))
        {
            yield return "'BaseUrl' is not a URL such as 'https://images.example.com/vm/', without credentials, query and fragment";
        }

        if (CaFile is not null && TrustedAuthorities.Fault(CaFile) is { } fault)
        {
            yield return $"'CaFile' is not a PEM file of certificates ({fault})";
        }

        if (CaFile is not null && !VerifyCertificates)
        {
            yield return "'CaFile' has no meaning where 'VerifyCertificates' is false";
        }
    }

    private IEnumerable<string> ProxyMistakes()
    {
        if (HttpProxy is not null && SchemeProxy.UrlOf(HttpProxy) is null)
        {
            yield return "'HttpProxy' is not HOST:PORT or a URL of a proxy";
        }

        if (HttpsProxy is not null && SchemeProxy.UrlOf(HttpsProxy) is null)
        {
            yield return "'HttpsProxy' is not HOST:PORT or a URL of a proxy";
        }
    }

    private IEnumerable<string> LimitMistakes()
    {
        if (MaxRedirects is < 0 or > 50)
        {
            yield return "'MaxRedirects' is not a number from 0 to 50";
        }

        if (ConnectTimeout <= TimeSpan.Zero || ConnectTimeout > LongestTimeout)
        {
            yield return "'ConnectTimeout' is not a positive time span of at most 24 days";
        }

        if (TotalTimeout <= TimeSpan.Zero || TotalTimeout > LongestTimeout)
        {
            yield return "'TotalTimeout' is not a positive time span of at most 24 days";
        }

        if (MaxImageBytes < 0)
        {
            yield return "'MaxImageBytes' is negative";
        }
    }

    private IEnumerable<string> ListMistakes() =>
    [
        .. Wrong(nameof(NoProxy), NoProxy, HostPattern.IsValid, "a host name or '*.NAME'"),
        .. Wrong(nameof(AllowedHosts), AllowedHosts, HostPattern.IsValid, "a host name or '*.NAME'"),
        .. Wrong(nameof(DeniedHosts), DeniedHosts, HostPattern.IsValid, "a host name or '*.NAME'"),
        .. Wrong(nameof(AllowedPorts), AllowedPorts, IsPort, "a port from 1 to 65535"),
        .. Wrong(nameof(DeniedPorts), DeniedPorts, IsPort, "a port from 1 to 65535"),
        .. Wrong(nameof(AllowedNetworks), AllowedNetworks, NetworkNames.IsValid, NetworkNames.Expected),
        .. Wrong(nameof(DeniedNetworks), DeniedNetworks, NetworkNames.IsValid, NetworkNames.Expected),
    ];

    private static IEnumerable<string> Wrong<T>(string name, IReadOnlyList<T> entries, Func<T, bool> valid, string expected) =>
        entries.Where(entry => !valid(entry)).Select(entry => $"'{name}' holds '{entry}', which is not {expected}");

    private static bool IsPort(int port) => port is >= 1 and <= 65535;

    private static bool IsBase(string text) =>
        !text.AsSpan().ContainsAny('?', '#', '@') && HttpLocation.TryParse(text, out _, out _);
}
