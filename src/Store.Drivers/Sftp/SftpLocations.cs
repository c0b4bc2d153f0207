using System.Globalization;

namespace GlanceStore.Drivers.Sftp;

/// <summary>The locations of a store, <c>sftp://[user@]host[:port]/absolute/path</c>, and the names its directory holds.</summary>
internal sealed class SftpLocations(string host, int port, string directory, string account)
{
    public const string Scheme = "sftp";

    private const string Prefix = Scheme + "://";
    private const string PartPrefix = ".glance-store-";
    private const string PartSuffix = ".part";
    private const int StandardPort = 22;

    private readonly string _authority = port == StandardPort ? Bracketed(host) : string.Create(CultureInfo.InvariantCulture, $"{Bracketed(host)}:{port}");
    private readonly string _directory = directory.TrimEnd('/');

    public static bool IsDirectory(string path) => path == "/" || (path.StartsWith('/') && !path.Any(char.IsControl)
        && path.TrimEnd('/').Split('/').Skip(1).All(part => part is not ("" or "." or "..")) && !path.EndsWith("//", StringComparison.Ordinal));

    // Hidden, and no image id begins with a dot.
    public static string NewPartName() => PartName($"{Guid.NewGuid():N}");

    public static string PartName(string middle) => PartPrefix + middle + PartSuffix;

    public static bool IsPart(string name) =>
        name.StartsWith(PartPrefix, StringComparison.Ordinal) && name.EndsWith(PartSuffix, StringComparison.Ordinal);

    public ImageLocation Of(ImageId id) => new($"{Prefix}{_authority}{Encoded(_directory)}/{id.Value}", null) { Account = account };

    /// <summary>The name of a location of this store in its directory.</summary>
    public static string NameOf(ImageLocation location) => location.Uri[(location.Uri.LastIndexOf('/') + 1)..];

    public ImageLocation Parse(string uri)
    {
        if (!uri.StartsWith(Prefix, StringComparison.Ordinal))
        {
            throw Misplaced("it does not begin with sftp://");
        }

        var rest = uri[Prefix.Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || rest.AsSpan().ContainsAny('?', '#'))
        {
            throw Misplaced("it is not made of a host and an absolute path");
        }

        var (secret, authority) = SplitSecret(rest[..slash]);
        if (!IsHere(authority))
        {
            throw Misplaced("it names another server");
        }

        var path = Uri.UnescapeDataString(rest[slash..]);
        return path.StartsWith(_directory + "/", StringComparison.Ordinal) && ImageId.TryParse(path[(_directory.Length + 1)..], out var id)
            ? secret is null ? Of(id) : Of(id) with { Secret = secret, Account = UserOf(secret) }
            : throw Misplaced("its path is not that of an image in the store's directory");
    }

    private bool IsHere(string authority) => authority.Equals(_authority, StringComparison.OrdinalIgnoreCase)
        || authority.Equals(string.Create(CultureInfo.InvariantCulture, $"{Bracketed(host)}:{port}"), StringComparison.OrdinalIgnoreCase);

    private static (LocationSecret? Secret, string Authority) SplitSecret(string authority)
    {
        var at = authority.LastIndexOf('@');
        if (at < 0)
        {
            return (null, authority);
        }

        var user = authority[..at];
        var colon = user.IndexOf(':', StringComparison.Ordinal);
        var secret = colon < 0
            ? new LocationSecret(Uri.UnescapeDataString(user), "")
            : new LocationSecret(Uri.UnescapeDataString(user[..colon]), Uri.UnescapeDataString(user[(colon + 1)..]));
        return (secret, authority[(at + 1)..]);
    }

    // What one user finds at a path, another one need not: users have root directories of their own.
    private static string UserOf(LocationSecret secret)
    {
        secret.Reveal(out var user, out _);
        return user;
    }

    private static string Bracketed(string name) => name.Contains(':', StringComparison.Ordinal) ? $"[{name.Trim('[', ']')}]" : name;

    private static string Encoded(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    // The URI itself is not in the message: a foreign one may hold a password.
    private static StoreException Misplaced(string why) => new(StoreError.InvalidLocation, $"The location is not one of this SFTP store: {why}.");
}
