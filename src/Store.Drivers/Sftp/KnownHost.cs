using System.Globalization;
using System.IO.Enumeration;
using System.Security.Cryptography;
using System.Text;

namespace GlanceStore.Drivers.Sftp;

/// <summary>A line of a <c>known_hosts</c> file, as sshd(8) describes it: <c>[@marker] hosts type key [comment]</c>.</summary>
internal sealed record KnownHost(string Hosts, string Type, byte[] Key, bool IsRevoked)
{
    /// <summary>The port that a host's name stands for alone.</summary>
    public const int StandardPort = 22;

    private const string Revoked = "@revoked";

    public static IEnumerable<KnownHost> Read(string file) => File.ReadLines(file).Select(Parse).OfType<KnownHost>();

    public static KnownHost? Parse(string line)
    {
        var parts = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var revoked = parts is [Revoked, ..];
        if (revoked)
        {
            parts = parts[1..];
        }

        // Lines of other markers name authorities, whose certificates the driver does not ask for.
        if (parts is not [var hosts, var type, var key, ..] || hosts[0] is '#' or '@')
        {
            return null;
        }

        var bytes = new byte[key.Length];
        return Convert.TryFromBase64String(key, bytes, out var length) ? new KnownHost(hosts, type, bytes[..length], revoked) : null;
    }

    /// <summary>Whether the line is for the host at a port, as OpenSSH writes it: the name alone for port 22, else <c>[name]:port</c>.</summary>
    public bool Names(string host, int port)
    {
        var name = host.Trim('[', ']').ToLowerInvariant();
        if (port != StandardPort)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"[{name}]:{port}");
        }

        if (Hosts.StartsWith("|1|", StringComparison.Ordinal))
        {
            return IsHashOf(name);
        }

        var patterns = Hosts.ToLowerInvariant().Split(',');
        return patterns.Any(pattern => Matches(pattern, name)) && !patterns.Any(pattern => pattern.StartsWith('!') && Matches(pattern[1..], name));
    }

    private static bool Matches(string pattern, string name) =>
        FileSystemName.MatchesSimpleExpression(pattern.Replace("\\", "\\\\", StringComparison.Ordinal), name, ignoreCase: false);

    // |1|salt|hash, the hash being the HMAC-SHA1 of the name under the salt: it hides names, and protects nothing.
    private bool IsHashOf(string name)
    {
        var parts = Hosts.Split('|');
        var (salt, hash) = (new byte[Hosts.Length], new byte[Hosts.Length]);
        return parts.Length == 4
            && Convert.TryFromBase64String(parts[2], salt, out var saltLength) && Convert.TryFromBase64String(parts[3], hash, out var hashLength)
            && HMACSHA1.HashData(salt.AsSpan(0, saltLength), Encoding.UTF8.GetBytes(name)).AsSpan().SequenceEqual(hash.AsSpan(0, hashLength));
    }
}
