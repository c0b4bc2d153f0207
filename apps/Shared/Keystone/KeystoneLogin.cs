using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace GlanceStore.Keystone;

/// <summary>Logs in at a Keystone, version 3, with a password: once for all who wait for the token, and again where a token was refused.</summary>
internal sealed class KeystoneLogin(KeystoneAccount account, OpenStackClient keystone) : IDisposable
{
    /// <summary>Where Keystone puts the token that it tells of.</summary>
    public const string SubjectHeader = "X-Subject-Token";

    private readonly SemaphoreSlim _turn = new(1);
    private volatile string? _token;

    /// <summary>The address that Keystone's requests are relative to.</summary>
    public static string AddressOf(KeystoneAccount account)
    {
        var address = account.Url!.TrimEnd('/');
        return address.EndsWith("/v3", StringComparison.Ordinal) ? address + "/" : address + "/v3/";
    }

    /// <summary>A token that was not refused yet.</summary>
    /// <param name="refused">The one that was; null for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="HttpRequestException">Keystone does not answer or, with a status, gives none.</exception>
    public async Task<string> TokenAsync(string? refused, CancellationToken cancellationToken)
    {
        if (Good(refused) is { } known)
        {
            return known;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            return Good(refused) ?? (_token = await LogInAsync(cancellationToken));
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private string? Good(string? refused) => _token is { } token && token != refused ? token : null;

    private async Task<string> LogInAsync(CancellationToken cancellationToken)
    {
        // A text and not a JsonContent, which is sent in chunks: uwsgi, which serves Keystone, takes bodies of known length only.
        var body = Body().ToJsonString();
        using var answer = await keystone.SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, "auth/tokens") { Content = new StringContent(body, Encoding.UTF8, "application/json") }, cancellationToken);
        return answer.StatusCode == HttpStatusCode.Created && answer.Headers.TryGetValues(SubjectHeader, out var tokens)
            ? tokens.First()
            : throw new HttpRequestException($"Keystone answers {(int)answer.StatusCode} to the login.", null, answer.StatusCode);
    }

    private JsonObject Body() => new()
    {
        ["auth"] = new JsonObject
        {
            ["identity"] = new JsonObject
            {
                ["methods"] = new JsonArray("password"),
                ["password"] = new JsonObject
                {
                    ["user"] = new JsonObject { ["name"] = account.Username, ["password"] = account.Password, ["domain"] = DomainOf(account.UserDomainId, account.UserDomain) },
                },
            },
            ["scope"] = new JsonObject
            {
                ["project"] = new JsonObject { ["name"] = account.Project, ["domain"] = DomainOf(account.ProjectDomainId, account.ProjectDomain) },
            },
        },
    };

    private static JsonObject DomainOf(string? id, string name) => id is null ? new JsonObject { ["name"] = name } : new JsonObject { ["id"] = id };
}
