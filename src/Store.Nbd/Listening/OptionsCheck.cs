using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using GlanceStore.Nbd.Connections;

namespace GlanceStore.Nbd.Listening;

/// <summary>Says all that is wrong with a server's settings, one sentence each.</summary>
internal static class OptionsCheck
{
    private const int LeastRequestBytes = 64 << 10;
    private const int MostRequestBytes = 64 << 20;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public static void Require(NbdServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        string?[] mistakes =
        [
            OfAddress(options.EndPoint, options.Tls is not null),
            OfTls(options.Tls),
            OfCount(nameof(options.MaxConnections), options.MaxConnections),
            OfCount(nameof(options.MaxRequestsPerConnection), options.MaxRequestsPerConnection),
            options.MaxRequestBytes is < LeastRequestBytes or > MostRequestBytes || !BitOperations.IsPow2(options.MaxRequestBytes)
                ? "MaxRequestBytes is a power of two from 64 KiB to 64 MiB."
                : null,
            options.MaxBufferBytes < ReplyMemory.CapacityFor(Transmission.PartBytes)
                ? "MaxBufferBytes is at least 1 MiB and 1 KiB more."
                : null,
            OfTime(nameof(options.HandshakeTimeout), options.HandshakeTimeout),
            OfTime(nameof(options.StallTimeout), options.StallTimeout),
            OfTime(nameof(options.StopTimeout), options.StopTimeout),
        ];
        if (string.Join(' ', mistakes.Where(mistake => mistake is not null)) is { Length: > 0 } all)
        {
            throw new StoreException(StoreError.InvalidConfiguration, $"The NBD server cannot start: {all}");
        }
    }

    private static string? OfAddress(EndPoint? address, bool hasTls) => address switch
    {
        UnixDomainSocketEndPoint unix when unix.ToString() is not { Length: > 0 } path || path[0] is '@' or '\0' =>
            "A Unix socket needs a file, because only a file has permissions; abstract names have none.",
        UnixDomainSocketEndPoint => null,
        IPEndPoint ip when hasTls || IPAddress.IsLoopback(ip.Address) => null,
        IPEndPoint ip => $"{ip.Address} is no loopback address, and others are served over TLS only: set Tls, or listen on 127.0.0.1, ::1 or a Unix socket.",
        _ => "EndPoint is a UnixDomainSocketEndPoint or an IPEndPoint.",
    };

    private static string? OfTls(NbdTlsOptions? tls) => tls switch
    {
        null => null,
        { Certificate.HasPrivateKey: false } => "The certificate of Tls has no private key.",
        { ClientAuthorities.Count: 0 } => "Tls names no authority of clients' certificates, so no client could connect.",
        _ => null,
    };

    private static string? OfCount(string name, int value) => value is < 1 or > ushort.MaxValue
        ? string.Create(CultureInfo.InvariantCulture, $"{name} is from 1 to {ushort.MaxValue}.")
        : null;

    private static string? OfTime(string name, TimeSpan value) => value < TimeSpan.FromMilliseconds(1) || value > Longest
        ? $"{name} is from 1 ms to 1 day."
        : null;
}
