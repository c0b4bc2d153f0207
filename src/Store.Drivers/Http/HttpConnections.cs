using System.Net;
using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.Http;

/// <summary>Makes the one connection pool of a store.</summary>
internal static class HttpConnections
{
    // What is left of an answer that nobody wants any more: read it up to here to keep the connection, else close it.
    private const int MostDrainedBytes = 64 << 10;

    // As curl keeps them; a changed DNS entry is noticed within this time.
    private static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(5);

    // The window doubles by itself up to 16 MiB, but only after round trips: begin with what a fast network needs at once.
    private const int Http2WindowBytes = 1 << 20;

    public static SocketsHttpHandler Create(HttpDriverOptions options, AddressGuard guard, IWebProxy? proxy, HostResolver resolve)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectCallback = new GuardedConnector(guard, proxy, resolve).ConnectAsync,
            ConnectTimeout = options.ConnectTimeout,
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = Http2WindowBytes,
            MaxResponseDrainSize = MostDrainedBytes,
            PooledConnectionLifetime = LongestLife,
            Proxy = proxy,
            RequestHeaderEncodingSelector = RepeatedHead.Refused(HttpRequests.MarkOfAll),
            ResponseDrainTimeout = TimeSpan.FromMilliseconds(500),
            UseCookies = false,
            UseProxy = proxy is not null,
        };
        Trust(handler, options);
        return handler;
    }

    private static void Trust(SocketsHttpHandler handler, HttpDriverOptions options)
    {
        if (options.CaFile is { } file)
        {
            handler.SslOptions.CertificateChainPolicy = TrustedAuthorities.PolicyOf(file);
        }

        if (!options.VerifyCertificates)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        }
    }
}
