using System.Net;
using System.Text.Json;
using GlanceStore.ImageService.Http;
using GlanceStore.Keystone;

namespace GlanceStore.ImageService.Accounts;

/// <summary>Asks Keystone who sends a token, with a token of the service's own, which is renewed once it is refused.</summary>
internal sealed class KeystoneClient : IDisposable
{
    // A token with its catalog, which some Keystones send all the same, is far shorter.
    private const int MaxAnswerBytes = 4 << 20;

    private const string Validation = "auth/tokens?nocatalog";

    private readonly OpenStackClient _keystone;
    private readonly KeystoneLogin _login;

    public KeystoneClient(ServiceOptions options)
    {
        var account = options.Auth.Keystone;
        _keystone = new OpenStackClient(KeystoneLogin.AddressOf(account), account, MaxAnswerBytes);
        _login = new KeystoneLogin(account, _keystone);
    }

    /// <summary>Who sends a token, and when it ends; null where Keystone does not know it.</summary>
    /// <exception cref="ApiException">503: Keystone cannot be asked.</exception>
    public Task<(Caller Caller, DateTimeOffset End)?> ValidateAsync(string token, CancellationToken cancellationToken) =>
        ValidateAsync(Validation, token, cancellationToken);

    /// <summary>The same of a token that may have ended, for as long before as Keystone says (<c>allow_expired_window</c>).</summary>
    /// <exception cref="ApiException">503: Keystone cannot be asked.</exception>
    public Task<(Caller Caller, DateTimeOffset End)?> ValidateEndedAsync(string token, CancellationToken cancellationToken) =>
        ValidateAsync(Validation + "&allow_expired=1", token, cancellationToken);

    /// <summary>The service's own token, and another one where that was refused.</summary>
    /// <exception cref="ApiException">503: Keystone cannot be asked.</exception>
    public async Task<string> OwnTokenAsync(string? refused, CancellationToken cancellationToken)
    {
        try
        {
            return await _login.TokenAsync(refused, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Unavailable(ReasonOf(e, "it does not answer"), e);
        }
    }

    public void Dispose()
    {
        _keystone.Dispose();
        _login.Dispose();
    }

    private async Task<(Caller, DateTimeOffset)?> ValidateAsync(string path, string token, CancellationToken cancellationToken)
    {
        try
        {
            var own = await _login.TokenAsync(null, cancellationToken);
            var answer = await AskAsync(path, token, own, cancellationToken);
            if (answer.StatusCode == HttpStatusCode.Unauthorized)
            {
                answer.Dispose();
                answer = await AskAsync(path, token, await _login.TokenAsync(own, cancellationToken), cancellationToken);
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
            throw Unavailable(ReasonOf(e, "it does not answer as Keystone does"), e);
        }
    }

    private Task<HttpResponseMessage> AskAsync(string path, string token, string own, CancellationToken cancellationToken) => _keystone.SendAsync(() =>
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation(AuthToken.Header, own);
        request.Headers.TryAddWithoutValidation(KeystoneLogin.SubjectHeader, token);
        return request;
    }, cancellationToken);

    private static string ReasonOf(Exception error, string otherwise) =>
        error is HttpRequestException { StatusCode: { } status } ? $"it answers {(int)status} to the login of the image service" : otherwise;

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
