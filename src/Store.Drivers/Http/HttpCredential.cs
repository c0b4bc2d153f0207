using System.Net.Http.Headers;
using System.Text;

namespace GlanceStore.Drivers.Http;

/// <summary>Who to be to one server: a user with a password (Basic, RFC 7617) or the bearer of a token (RFC 6750).</summary>
public sealed class HttpCredential
{
    private readonly string _origin;
    private readonly string? _user;
    private readonly string? _password;
    private readonly string? _token;

    private HttpCredential(string origin, string? user, string? password, string? token) =>
        (_origin, _user, _password, _token) = (origin, user, password, token);

    /// <summary>A user with a password.</summary>
    /// <param name="origin">
    /// The server, <c>https://HOST</c> or <c>https://HOST:PORT</c>: no other scheme, host or port ever sees the credential.
    /// </param>
    /// <param name="user">The user's name, without a colon.</param>
    /// <param name="password">The password.</param>
    public static HttpCredential Basic(string origin, string user, string password) => new(origin, user, password, null);

    /// <summary>The bearer of a token.</summary>
    /// <param name="origin">The server, as in <see cref="Basic"/>.</param>
    /// <param name="token">The token.</param>
    public static HttpCredential Bearer(string origin, string token) => new(origin, null, null, token);

    /// <summary>The server, and three stars.</summary>
    public override string ToString() => $"{Origin} ***";

    internal Uri? Origin => Uri.TryCreate(_origin, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
        && url is { UserInfo: "", AbsolutePath: "/", Query: "", Fragment: "" } ? url : null;

    internal static HttpCredential From(DriverSettings settings, string prefix) => new(
        settings.Text(prefix + "Origin") ?? "", settings.Text(prefix + "User"), settings.Text(prefix + "Password"), settings.Text(prefix + "Token"));

    internal AuthenticationHeaderValue Header => _token is null ? BasicHeader(_user!, _password!) : new AuthenticationHeaderValue("Bearer", _token);

    internal static AuthenticationHeaderValue BasicHeader(string user, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    internal IEnumerable<string> Mistakes(int index)
    {
        if (Origin is null)
        {
            yield return $"'Credentials:{index}:Origin' is not a server such as 'https://images.example.com'";
        }

        var basic = _user is not null && _password is not null;
        if (basic == _token is not null || (_token is not null && (_user ?? _password) is not null))
        {
            yield return $"'Credentials:{index}' is neither a 'User' with a 'Password' nor a 'Token'";
        }
        else if (_user?.Contains(':', StringComparison.Ordinal) == true)
        {
            yield return $"'Credentials:{index}:User' holds a colon, which the name of a user cannot";
        }
        else if (_token is "" || _token?.Any(c => c is <= ' ' or > '~') == true)
        {
            yield return $"'Credentials:{index}:Token' is not made of printable ASCII characters without spaces";
        }
    }
}
