using System.Net;

namespace GlanceStore.Drivers.Shared;

/// <summary>Asks for the addresses of a host.</summary>
internal delegate Task<IPAddress[]> HostResolver(string host, CancellationToken cancellationToken);
