namespace GlanceStore.Drivers.Http;

/// <summary>Compares hosts with the entries of an operator's list: a name, or <c>*.NAME</c> for whatever is below a name.</summary>
internal static class HostPattern
{
    public static bool IsValid(string pattern) =>
        Uri.CheckHostName(pattern.StartsWith("*.", StringComparison.Ordinal) ? pattern[2..] : pattern) != UriHostNameType.Unknown;

    public static bool Matches(string pattern, string host) => pattern.StartsWith("*.", StringComparison.Ordinal)
        ? host.EndsWith(pattern.AsSpan(1).TrimEnd('.'), StringComparison.OrdinalIgnoreCase)
        : host.AsSpan().Equals(pattern.AsSpan().TrimEnd('.').Trim("[]"), StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The host of a URL in the one form that patterns are compared with: no brackets, no dot at the end, international names encoded.
    /// </summary>
    public static string HostOf(Uri url) => url.IdnHost.Trim('[', ']').TrimEnd('.');
}
