namespace GlanceStore.Drivers.File;

// The location URIs of glance's file store: "file://" and a path, with nothing encoded.
internal static class FileLocation
{
    public const string Scheme = "file";

    private const string PartPrefix = ".glance-store-";
    private const string PartSuffix = ".part";

    public static IReadOnlyList<string> Schemes { get; } = [Scheme, "filesystem"];

    public static ImageLocation Of(string path) => new($"{Scheme}://{AsUriPath(path)}", null);

    // The absolute path a URI names, without "." and "..". The URI itself is in no message: a foreign one may hold a password.
    public static string PathOf(string uri)
    {
        var scheme = Schemes.FirstOrDefault(scheme => uri.StartsWith(scheme + "://", StringComparison.Ordinal))
            ?? throw Invalid("A location of a file store begins with 'file://' or 'filesystem://', and the one given does not.");
        var rest = uri[(scheme.Length + 3)..];
        var end = rest.AsSpan().IndexOfAny('?', '#');
        var path = FromUriPath((end < 0 ? rest : rest[..end]).Trim());
        if (path.Any(char.IsControl))
        {
            throw Invalid("The location has a control character in its path.");
        }

        return Path.IsPathFullyQualified(path)
            ? Path.GetFullPath(path)
            : throw Invalid("A location of a file store holds an absolute path, as in file:///srv/images/ID, and the one given does not.");
    }

    public static bool IsInside(string directory, string path)
    {
        var prefix = Path.EndsInDirectorySeparator(directory) ? directory : directory + Path.DirectorySeparatorChar;
        return path.Length > prefix.Length && path.StartsWith(prefix, StringComparison.Ordinal);
    }

    // Hidden, and no image id begins with a dot.
    public static string NewPartName() => $"{PartPrefix}{Guid.NewGuid():N}{PartSuffix}";

    public static string PartPattern => $"{PartPrefix}*{PartSuffix}";

    public static bool IsPart(string path)
    {
        var name = Path.GetFileName(path.AsSpan());
        return name.StartsWith(PartPrefix, StringComparison.Ordinal) && name.EndsWith(PartSuffix, StringComparison.Ordinal);
    }

    public static StoreException Invalid(string message) => new(StoreError.InvalidLocation, message);

    private static string AsUriPath(string path) => OperatingSystem.IsWindows() ? "/" + path.Replace('\\', '/') : path;

    private static string FromUriPath(string path) => OperatingSystem.IsWindows() ? path.TrimStart('/') : path;
}
