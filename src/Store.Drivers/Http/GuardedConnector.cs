using System.Net;
using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.Http;

/// <summary>
/// Resolves a host, judges every address and connects to one of those that passed. The judged address is the one connected to, so a name that
/// resolves to something else a moment later gains nothing.
/// </summary>
internal sealed class GuardedConnector(AddressGuard guard, IWebProxy? proxy, HostResolver resolve)
{
    private readonly StaggeredConnector _connector = new(resolve);

    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = await _connector.ResolveAsync(host, cancellationToken).ConfigureAwait(false);
        var permitted = IsProxy(context.InitialRequestMessage) ? addresses : Array.FindAll(addresses, guard.Permits);
        if (permitted.Length == 0 && addresses.Length > 0)
        {
            throw new AddressRefusedException($"leads to {host}, which {AddressGuard.Refusal}");
        }

        return await _connector.ConnectAsync(permitted, port, cancellationToken).ConfigureAwait(false);
    }

    // The operator chose the proxy, which may well be on this machine. Only the pool itself sends CONNECT, and only to a proxy.
    private bool IsProxy(HttpRequestMessage request) =>
        proxy is not null && (request.Method == HttpMethod.Connect || (request.RequestUri is { } url && !proxy.IsBypassed(url)));
}
