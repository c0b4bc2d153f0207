using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using GlanceStore.ImageService.Http;

namespace GlanceStore.ImageService.Accounts;

/// <summary>Tokens of Keystone v3: each is asked about once, and the answer is believed for a while.</summary>
internal sealed class KeystoneTokens(ServiceOptions options, KeystoneClient keystone, TimeProvider time) : IAuthentication
{
    private const int MaxKnown = 10_000;

    private readonly KeystoneOptions _options = options.Auth.Keystone;
    private readonly ConcurrentDictionary<string, Known> _known = new();
    private readonly string[] _serviceRoles = [.. ConfTexts.ItemsOf(options.Auth.Keystone.ServiceTokenRoles)];

    public async ValueTask<Caller> IdentifyAsync(HttpContext context)
    {
        var token = context.Request.Headers[AuthToken.Header].ToString();
        var service = context.Request.Headers[AuthToken.ServiceHeader].ToString();
        var caller = token.Length == 0 ? null
            : service.Length == 0 ? await FindAsync(token, null, context.RequestAborted)
            : await FindForServiceAsync(token, service, context.RequestAborted);
        return caller ?? throw Refused(context);
    }

    // As keystonemiddleware has it: a service's token that is not valid spoils the request, and one without a role of services changes nothing.
    private async ValueTask<Caller?> FindForServiceAsync(string token, string service, CancellationToken cancellationToken)
    {
        if (await FindAsync(service, null, cancellationToken) is not { } sender)
        {
            return null;
        }

        var isService = sender.Roles.Any(role => _serviceRoles.Contains(role));
        return isService ? await FindAsync(token, service, cancellationToken)
            : _options.ServiceTokenRolesRequired ? null
            : await FindAsync(token, null, cancellationToken);
    }

    // With the token of a service, whose sender was found already, a user's may have ended: long jobs of Nova and Cinder outlive the tokens that began them.
    private async ValueTask<Caller?> FindAsync(string token, string? service, CancellationToken cancellationToken)
    {
        // Neither a dump nor a log of the process shows a token that is good for anything. What is said of an ended one holds beside that service's alone.
        var key = service is null ? DigestOf(token) : DigestOf(token) + DigestOf(service);
        if (_known.TryGetValue(key, out var known) && known.Until > time.GetUtcNow())
        {
            return known.Caller;
        }

        var found = service is null ? await keystone.ValidateAsync(token, cancellationToken) : await keystone.ValidateEndedAsync(token, cancellationToken);
        if (found is not { } answer)
        {
            return null;
        }

        var until = time.GetUtcNow() + _options.CacheTime;
        Keep(key, new Known(answer.Caller, service is not null || until < answer.End ? until : answer.End));
        return answer.Caller;
    }

    private static string DigestOf(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private void Keep(string digest, Known known)
    {
        if (_known.Count >= MaxKnown)
        {
            var now = time.GetUtcNow();
            foreach (var (old, _) in _known.Where(entry => entry.Value.Until <= now))
            {
                _known.TryRemove(old, out _);
            }

            if (_known.Count >= MaxKnown)
            {
                _known.Clear();
            }
        }

        _known[digest] = known;
    }

    private ApiException Refused(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = $"Keystone uri=\"{_options.PublicUrl ?? _options.Url}\"";
        return AuthToken.Refused();
    }

    private sealed record Known(Caller Caller, DateTimeOffset Until);
}
