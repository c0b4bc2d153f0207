using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace GlanceStore.Nbd;

/// <summary>How a server listens and what it bears. Every property but <see cref="EndPoint"/> has a working default.</summary>
public sealed record NbdServerOptions
{
    /// <summary>
    /// Where it listens: a <see cref="System.Net.Sockets.UnixDomainSocketEndPoint"/>, whose file only this user can use (mode 0600), or an <see cref="IPEndPoint"/>,
    /// on the loopback interface or with <see cref="Tls"/>. Port 0 is any that is free.
    /// </summary>
    /// <remarks>On the loopback interface every user and program of the machine can read the exports.</remarks>
    public required EndPoint EndPoint { get; init; }

    /// <summary>The exports at the start; none by default. They become the server's to dispose once it has started.</summary>
    public IReadOnlyList<NbdExport> Exports { get; init; } = [];

    /// <summary>What clients are known by, and the server: then nothing is told to anybody but over TLS. Null, the default: there is no TLS.</summary>
    public NbdTlsOptions? Tls { get; init; }

    /// <summary>How many clients are connected at most; 128 by default. Further ones are disconnected at once.</summary>
    public int MaxConnections { get; init; } = 128;

    /// <summary>The longest read, in bytes: a power of two from 64 KiB to 64 MiB; 32 MiB by default, which clients take for granted that do not ask.</summary>
    public int MaxRequestBytes { get; init; } = 32 << 20;

    /// <summary>How many requests of one connection are worked on at once; 64 by default.</summary>
    public int MaxRequestsPerConnection { get; init; } = 64;

    /// <summary>
    /// The memory for bytes on their way to clients, in bytes, of all connections together; 64 MiB by default, at least 1 MiB and 1 KiB more. One connection takes at most a
    /// quarter. An answer that is longer than that and than 1 MiB, to a client that wants it as one, has memory of its own, one at a time.
    /// </summary>
    public long MaxBufferBytes { get; init; } = 64 << 20;

    /// <summary>How long a client may take from connecting to its first request for bytes, TLS included; 10 seconds by default.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a client may leave a part of an answer, 1 MiB at most, unread; 1 minute by default. Then it is disconnected, for others want the memory.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long <see cref="NbdServer.DisposeAsync"/> waits for requests that are under way; 10 seconds by default.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Where it says what happened; nowhere by default.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The clock; the system's by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
