namespace GlanceStore.Drivers.Http;

/// <summary>The settings of an HTTP store. Every property has a working default.</summary>
public sealed partial record HttpDriverOptions
{
    /// <summary>
    /// Where an image that is named by its id is: <c>BASE/ID</c>. Null, the default: images are named by their URL only. It does not confine
    /// the store; the lists of hosts, ports and networks do.
    /// </summary>
    public string? BaseUrl { get; init; }

    /// <summary>Who to be to which server; nobody by default. Credentials of a location come before these, for the location's own server.</summary>
    public IReadOnlyList<HttpCredential> Credentials { get; init; } = [];

    /// <summary>
    /// The proxy for <c>http</c>, <c>HOST:PORT</c> or a URL, perhaps with <c>USER:PASSWORD@</c>; glance's <c>http_proxy_information</c>. None by
    /// default: the environment's proxies do not count.
    /// </summary>
    public string? HttpProxy { get; init; }

    /// <summary>The proxy for <c>https</c>, as <see cref="HttpProxy"/>.</summary>
    public string? HttpsProxy { get; init; }

    /// <summary>Hosts that are reached without the proxy, <c>NAME</c> or <c>*.NAME</c>; none by default.</summary>
    public IReadOnlyList<string> NoProxy { get; init; } = [];

    /// <summary>
    /// A PEM file of the certificate authorities to trust instead of the system's; glance's <c>https_ca_certificates_file</c>. Null by default.
    /// </summary>
    public string? CaFile { get; init; }

    /// <summary>Whether server certificates are checked, the opposite of glance's <c>https_insecure</c>; true by default, unlike there.</summary>
    public bool VerifyCertificates { get; init; } = true;

    /// <summary>How many redirects are followed for one answer; 5 by default, 0 for none.</summary>
    public int MaxRedirects { get; init; } = 5;

    /// <summary>Whether a redirect may lead from <c>https</c> to <c>http</c>; false by default.</summary>
    public bool AllowDowngrade { get; init; }

    /// <summary>How long resolving, connecting and the TLS handshake may take together; 10 seconds by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one answer may take from its request to its last byte, redirects included; null, the default, for no limit.</summary>
    public TimeSpan? TotalTimeout { get; init; }

    /// <summary>
    /// The most bytes of an image; a larger one is <see cref="StoreError.TooLarge"/> before any byte. Null, the default, for no limit.
    /// </summary>
    public long? MaxImageBytes { get; init; }

    /// <summary>The only hosts to read from, <c>NAME</c> or <c>*.NAME</c>; empty, the default, for any.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Hosts never to read from, <c>NAME</c> or <c>*.NAME</c>, even if <see cref="AllowedHosts"/> has them; none by default.</summary>
    public IReadOnlyList<string> DeniedHosts { get; init; } = [];

    /// <summary>The only ports to read from; empty, the default, for any.</summary>
    public IReadOnlyList<int> AllowedPorts { get; init; } = [];

    /// <summary>Ports never to read from, even if <see cref="AllowedPorts"/> has them; none by default.</summary>
    public IReadOnlyList<int> DeniedPorts { get; init; } = [];

    /// <summary>
    /// Addresses to connect to although they are refused otherwise: networks such as <c>10.1.0.0/16</c>, addresses, or the names <c>loopback</c>,
    /// <c>link-local</c>, <c>private</c>, <c>multicast</c>, <c>unspecified</c>, <c>reserved</c> and <c>metadata</c>. None by default. The metadata
    /// services of clouds are opened by their name or exact address only.
    /// </summary>
    public IReadOnlyList<string> AllowedNetworks { get; init; } = [];

    /// <summary>
    /// Addresses never to connect to unless <see cref="AllowedNetworks"/> has them, written alike; none by default. All but <c>private</c> of the
    /// named ones are refused anyway.
    /// </summary>
    public IReadOnlyList<string> DeniedNetworks { get; init; } = [];

    /// <summary>The name of the type: a proxy may hold a password.</summary>
    public override string ToString() => nameof(HttpDriverOptions);
}
