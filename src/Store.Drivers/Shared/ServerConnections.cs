using System.Net;

namespace GlanceStore.Drivers.Shared;

/// <summary>The one pool of connections of a store to a server that its operator chose.</summary>
internal static class ServerConnections
{
    // Shorter than the idle time of common front ends, so that a request rarely meets a connection that is being closed.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);

    // What a timer of .NET takes.
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMilliseconds(int.MaxValue);

    /// <summary>Whether a connection may take so long to make.</summary>
    public static bool IsConnectTimeout(TimeSpan span) => span > TimeSpan.Zero && span <= LongestTimeout;

    /// <summary>Makes the pool; who asks for it disposes it.</summary>
    /// <param name="connectTimeout">How long making a connection may take.</param>
    /// <param name="caBundle">A file of certificates to trust instead of the system's, or null.</param>
    /// <param name="checkCertificate">Whether a server has to prove who it is.</param>
    /// <param name="resolve">What asks for the addresses of a host; null for the system.</param>
    public static HttpClient Open(TimeSpan connectTimeout, string? caBundle, bool checkCertificate, HostResolver? resolve = null)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectCallback = new StaggeredConnector(resolve ?? Dns.GetHostAddressesAsync).ConnectAsync,
            ConnectTimeout = connectTimeout,
            PooledConnectionIdleTimeout = IdleTimeout,
            RequestHeaderEncodingSelector = RepeatedHead.Refused("Expect"), // one that waits for the server's word before its body
            PooledConnectionLifetime = TimeSpan.FromMinutes(15), // so that a changed address is noticed
        };
        if (caBundle is not null)
        {
            handler.SslOptions.CertificateChainPolicy = TrustedAuthorities.PolicyOf(caBundle);
        }

        if (!checkCertificate)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        }

        // Time limits are the front's; it knows how many bytes a request moves.
        return new HttpClient(new SentOnce(new RightedHeaders(handler))) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
