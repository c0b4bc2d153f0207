using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using GlanceStore.ImageService.Http;

namespace GlanceStore.ImageService.Accounts;

/// <summary>Asks Keystone who sends a token, with a token of the service's own, which is renewed once it is refused.</summary>
internal sealed class KeystoneClient : IDisposable
{
    private const string SubjectHeader = "X-Subject-Token";

    // A token with its catalog, which some Keystones send all the same, is far shorter.
    private const int MaxAnswerBytes = 4 << 20;

    private readonly KeystoneOptions _options;
    private readonly OpenStackClient _keystone;
    private readonly SemaphoreSlim _loggingIn = new(1);
    private volatile string? _ownToken;

    public KeystoneClient(ServiceOptions options)
    {
        _options = options.Auth.Keystone;
        var address = _options.Url!.TrimEnd('/');
        _keystone = new OpenStackClient(address.EndsWith("/v3", StringComparison.Ordinal) ? address + "/" : address + "/v3/", _options, MaxAnswerBytes);
    }

    /// <summary>Who sends a token, and when it ends; null where Keystone does not know it.</summary>
    /// <exception cref="ApiException">503: Keystone cannot be asked.</exception>
    public async Task<(Caller Caller, DateTimeOffset End)?> ValidateAsync(string token, CancellationToken cancellationToken)
    {
        try
        {
            var own = _ownToken ?? await LogInAsync(null, cancellationToken);
            var answer = await AskAsync(token, own, cancellationToken);
            if (answer.StatusCode == HttpStatusCode.Unauthorized)
            {
                answer.Dispose();
                answer = await AskAsync(token, await LogInAsync(own, cancellationToken), cancellationToken);
            }

            using (answer)
            {
                return answer.StatusCode switch
                {
                    HttpStatusCode.OK => Read(await answer.Content.ReadAsStringAsync(cancellationToken)),
                    HttpStatusCode.NotFound or HttpStatusCode.BadRequest => null,
                    var status => throw Unavailable($"it answers {(int)status}", null),
                };
            }
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or InvalidOperationException or FormatException or KeyNotFoundException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Unavailable("it does not answer as Keystone does", e);
        }
    }

    /// <summary>The service's own token, and another one where that was refused.</summary>
    /// <exception cref="ApiException">503: Keystone cannot be asked.</exception>
    public async Task<string> OwnTokenAsync(string? refused, CancellationToken cancellationToken)
    {
        try
        {
            return await LogInAsync(refused, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Unavailable("it does not answer", e);
        }
    }

    public void Dispose()
    {
        _keystone.Dispose();
        _loggingIn.Dispose();
    }

    private Task<HttpResponseMessage> AskAsync(string token, string own, CancellationToken cancellationToken) => _keystone.SendAsync(() =>
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "auth/tokens?nocatalog");
        request.Headers.TryAddWithoutValidation(AuthToken.Header, own);
        request.Headers.TryAddWithoutValidation(SubjectHeader, token);
        return request;
    }, cancellationToken);

    // One login for all who wait for it.
    private async Task<string> LogInAsync(string? refused, CancellationToken cancellationToken)
    {
        await _loggingIn.WaitAsync(cancellationToken);
        try
        {
            if (_ownToken is { } renewed && renewed != refused)
            {
                return renewed;
            }

            // A text and not a JsonContent, which is sent in chunks: uwsgi, which serves Keystone, takes bodies of known length only.
            var body = LogIn().ToJsonString();
            using var answer = await _keystone.SendAsync(
                () => new HttpRequestMessage(HttpMethod.Post, "auth/tokens") { Content = new StringContent(body, Encoding.UTF8, "application/json") }, cancellationToken);
            return answer.StatusCode == HttpStatusCode.Created && answer.Headers.TryGetValues(SubjectHeader, out var tokens)
                ? _ownToken = tokens.First()
                : throw Unavailable($"it answers {(int)answer.StatusCode} to the login of the image service", null);
        }
        finally
        {
            _loggingIn.Release();
        }
    }

    private JsonObject LogIn() => new()
    {
        ["auth"] = new JsonObject
        {
            ["identity"] = new JsonObject
            {
                ["methods"] = new JsonArray("password"),
                ["password"] = new JsonObject
                {
                    ["user"] = new JsonObject { ["name"] = _options.Username, ["password"] = _options.Password, ["domain"] = DomainOf(_options.UserDomainId, _options.UserDomain) },
                },
            },
            ["scope"] = new JsonObject
            {
                ["project"] = new JsonObject { ["name"] = _options.Project, ["domain"] = DomainOf(_options.ProjectDomainId, _options.ProjectDomain) },
            },
        },
    };

    private static JsonObject DomainOf(string? id, string name) => id is null ? new JsonObject { ["name"] = name } : new JsonObject { ["id"] = id };

    private static (Caller, DateTimeOffset) Read(string text)
    {
        using var json = JsonDocument.Parse(text);
        var token = json.RootElement.GetProperty("token");
        var roles = token.TryGetProperty("roles", out var list) ? list.EnumerateArray().Select(role => role.GetProperty("name").GetString()!).ToList() : [];

        // An administrator of one project, where the operator named another project for those of the cloud.
        if (token.TryGetProperty("is_admin_project", out var isAdminProject) && isAdminProject.ValueKind == JsonValueKind.False)
        {
            roles = [.. roles.Select(role => role == "admin" ? "member" : role)];
        }

        var project = token.TryGetProperty("project", out var scope) ? scope.GetProperty("id").GetString() : null;
        return (new Caller(token.GetProperty("user").GetProperty("id").GetString(), project, roles), token.GetProperty("expires_at").GetDateTimeOffset());
    }

    private static ApiException Unavailable(string reason, Exception? cause) =>
        ApiException.Unavailable($"Keystone cannot say who makes the request: {reason}. Try again later.", cause);
}
