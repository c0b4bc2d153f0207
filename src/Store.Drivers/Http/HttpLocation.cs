using System.Diagnostics.CodeAnalysis;

namespace GlanceStore.Drivers.Http;

/// <summary>
/// Reads <c>http[s]://[USER:PASSWORD@]HOST[:PORT][/PATH][?QUERY]</c> with the rules of glance's HTTP store: the user and the password come together
/// with one colon between them, a fragment is dropped. Unlike there they are percent-decoded, and what a server could read otherwise than we is refused.
/// </summary>
internal static class HttpLocation
{
    public const string Form = "http[s]://[USER:PASSWORD@]HOST[:PORT]/PATH";

    public static bool TryParse(string text, out string bare, out LocationSecret? secret)
    {
        (bare, secret) = (text.Split('#', 2)[0], null);
        if (bare.Any(c => c is <= ' ' or '\\' or '\u007f') || ImageLocation.SchemeOf(bare) is not ("http" or "https"))
        {
            return false;
        }

        var start = bare.IndexOf("://", StringComparison.Ordinal) + 3;
        var end = bare.IndexOfAny(['/', '?'], start) is > 0 and var slash ? slash : bare.Length;
        var authority = bare[start..end];
        if (authority.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at)
        {
            if (!TryReadSecret(authority[..at], out secret))
            {
                return false;
            }

            bare = bare[..start] + bare[(start + at + 1)..];
        }

        return !authority.AsSpan(authority.IndexOf('@', StringComparison.Ordinal) + 1).Contains('@') && TryUrl(bare, out _);
    }

    /// <summary>The URL of a location, which was checked when it was parsed.</summary>
    public static Uri UrlOf(ImageLocation location) => new(location.Uri, UriKind.Absolute);

    /// <summary>Where a redirect leads, without user, password and fragment; null where it does not say or leads out of HTTP.</summary>
    public static Uri? Follow(Uri from, Uri? to)
    {
        if (to is null || !Uri.TryCreate(from, to, out var target) || target.Scheme is not ("http" or "https") || target.Host.Length == 0)
        {
            return null;
        }

        return new UriBuilder(target) { UserName = "", Password = "", Fragment = "" }.Uri;
    }

    private static bool TryUrl(string text, [NotNullWhen(true)] out Uri? url) =>
        Uri.TryCreate(text, UriKind.Absolute, out url) && url.Host.Length > 0 && url.UserInfo.Length == 0 && url.Port is > 0 and <= 65535;

    private static bool TryReadSecret(string text, out LocationSecret? secret)
    {
        secret = text.Split(':') is [{ Length: > 0 } user, var password]
            ? new LocationSecret(Uri.UnescapeDataString(user), Uri.UnescapeDataString(password))
            : null;
        return secret is not null;
    }
}
