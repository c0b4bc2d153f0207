using System.Net;
using System.Net.Sockets;

namespace GlanceStore.Drivers.Http;

/// <summary>
/// Resolves a host, judges every address and connects to one that passed. The judged address is the one connected to, so a name that
/// resolves to something else a moment later gains nothing.
/// </summary>
internal sealed class GuardedConnector(AddressGuard guard, IWebProxy? proxy, HostResolver resolve)
{
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellationToken).ConfigureAwait(false);

        var permitted = IsProxy(context.InitialRequestMessage) ? addresses : Array.FindAll(addresses, guard.Permits);
        if (permitted.Length == 0 && addresses.Length > 0)
        {
            throw new AddressRefusedException($"leads to {host}, which {AddressGuard.Refusal}");
        }

        return await ConnectAsync(permitted, port, cancellationToken).ConfigureAwait(false);
    }

    // The operator chose the proxy, which may well be on this machine. Only the pool itself sends CONNECT, and only to a proxy.
    private bool IsProxy(HttpRequestMessage request) =>
        proxy is not null && (request.Method == HttpMethod.Connect || (request.RequestUri is { } url && !proxy.IsBypassed(url)));

    private static async Task<Stream> ConnectAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        if (addresses.Length == 0)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>Asks for the addresses of a host.</summary>
internal delegate Task<IPAddress[]> HostResolver(string host, CancellationToken cancellationToken);
