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

    public async ValueTask<Caller> IdentifyAsync(HttpContext context)
    {
        var token = context.Request.Headers[AuthToken.Header].ToString();
        if (token.Length == 0)
        {
            throw Refused(context);
        }

        // Neither a dump nor a log of the process shows a token that is good for anything.
        var digest = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        if (_known.TryGetValue(digest, out var known) && known.Until > time.GetUtcNow())
        {
            return known.Caller;
        }

        var (caller, end) = await keystone.ValidateAsync(token, context.RequestAborted) ?? throw Refused(context);
        var until = time.GetUtcNow() + _options.CacheTime;
        Keep(digest, new Known(caller, until < end ? until : end));
        return caller;
    }

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
