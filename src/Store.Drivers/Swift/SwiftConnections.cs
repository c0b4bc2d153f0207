using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace GlanceStore.Drivers.Swift;

/// <summary>The one pool of connections of a store, to Swift and to Keystone.</summary>
internal sealed class SwiftConnections : IDisposable
{
    // Shorter than the idle time of common front ends, so that a request rarely meets a connection that is being closed.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);

    private readonly X509Certificate2Collection _roots = [];

    public SwiftConnections(SwiftDriverOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionIdleTimeout = IdleTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(15), // so that a changed address is noticed
        };
        if (options.CaBundle is { } bundle)
        {
            _roots.ImportFromPemFile(bundle);
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(_roots);
        }

        if (!options.CheckCertificate)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = AcceptAny;
        }

        // Time limits are the front's; it knows how many bytes a request moves.
        Client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public HttpClient Client { get; }

    public void Dispose()
    {
        Client.Dispose();
        foreach (var root in _roots)
        {
            root.Dispose();
        }
    }

    private static bool AcceptAny(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => true;
}
