using System.Security.Cryptography;
using System.Text;
using GlanceStore.ImageService.Http;

namespace GlanceStore.ImageService.Accounts;

/// <summary>Tokens that stand in the configuration, found by their digests: how long a comparison takes says nothing of them.</summary>
internal sealed class StaticTokens(AuthOptions options) : IAuthentication
{
    private readonly Dictionary<string, Caller> _callers = options.Tokens.ToDictionary(
        token => DigestOf(token.Token!), token => new Caller(token.User ?? token.Project, token.Project, token.Roles ?? ["member"]));

    public ValueTask<Caller> IdentifyAsync(HttpContext context) =>
        _callers.TryGetValue(DigestOf(context.Request.Headers[AuthToken.Header].ToString()), out var caller) ? new(caller) : throw AuthToken.Refused();

    private static string DigestOf(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}

/// <summary>What OpenStack's services and clients call a token.</summary>
internal static class AuthToken
{
    public const string Header = "X-Auth-Token";

    /// <summary>The token of a service that passes a user's on.</summary>
    public const string ServiceHeader = "X-Service-Token";

    public static ApiException Refused() => new(StatusCodes.Status401Unauthorized, "The request you have made requires authentication.");
}
