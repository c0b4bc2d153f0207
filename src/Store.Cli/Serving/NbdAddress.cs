using System.Net;
using System.Net.Sockets;

namespace GlanceStore.Cli.Serving;

/// <summary>Where <c>--nbd</c> says that a server listens.</summary>
internal static class NbdAddress
{
    private const string Unix = "unix:";
    private const string LocalHost = "localhost:";

    /// <param name="text">What it says.</param>
    /// <param name="hasTls">Whether clients are known by their certificates, so that other machines may reach it.</param>
    /// <exception cref="UsageException">It is no such address.</exception>
    public static EndPoint Parse(string text, bool hasTls)
    {
        if (text.StartsWith(Unix, StringComparison.Ordinal))
        {
            return OfFile(text[Unix.Length..]);
        }

        var numeric = text.StartsWith(LocalHost, StringComparison.OrdinalIgnoreCase) ? $"127.0.0.1:{text[LocalHost.Length..]}" : text;
        if (!numeric.Contains(':', StringComparison.Ordinal) || !IPEndPoint.TryParse(numeric, out var address) || !numeric.EndsWith($":{address.Port}", StringComparison.Ordinal))
        {
            throw new UsageException($"--nbd: '{text}' is neither unix:/PATH nor 127.0.0.1:PORT.");
        }

        return hasTls || IPAddress.IsLoopback(address.Address)
            ? address
            : throw new UsageException($"--nbd: {address.Address} is reached from other machines, which nobody who reads is asked who he is; name a loopback address or unix:/PATH, or use TLS (--tls-certificate).");
    }

    private static UnixDomainSocketEndPoint OfFile(string path)
    {
        if (path.Length == 0)
        {
            throw new UsageException("--nbd: unix: needs the path of a socket behind it.");
        }

        try
        {
            return new UnixDomainSocketEndPoint(Path.GetFullPath(path));
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--nbd: the socket '{path}' has a path that is longer than the system takes.", e);
        }
    }
}
