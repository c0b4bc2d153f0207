using System.Text.Json;
using static GlanceStore.Drivers.Swift.KeystoneJson;

namespace GlanceStore.Drivers.Swift;

/// <summary>Logs in at Keystone, version 3, and finds Swift in its catalog.</summary>
internal sealed class Keystone(HttpClient http, SwiftDriverOptions options, TimeProvider time)
{
    private readonly KeystoneVersions _versions = new(http, time);

    public async Task<SwiftToken> LogInAsync(SwiftIdentity identity, CancellationToken cancellationToken)
    {
        var address = await _versions.FindAsync(identity.AuthAddress, cancellationToken).ConfigureAwait(false);
        var request = Ask(HttpMethod.Post, address);
        request.Content = new ByteArrayContent(BodyOf(identity));
        request.Content.Headers.ContentType = new("application/json");
        return await ReadAsync(address, request, null, [identity.Key, identity.ApplicationCredentialSecret], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What a caller's token opens: the catalog that Keystone keeps for it.</summary>
    public async Task<SwiftToken> LookUpAsync(string token, CancellationToken cancellationToken)
    {
        var address = await _versions.FindAsync(options.AuthAddress, cancellationToken).ConfigureAwait(false);
        var request = Ask(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("X-Auth-Token", token);
        request.Headers.TryAddWithoutValidation("X-Subject-Token", token);
        return await ReadAsync(address, request, token, [token], cancellationToken).ConfigureAwait(false);
    }

    // Logins are rare, and Keystone's servers are known to close kept connections without a word: none is kept.
    private static HttpRequestMessage Ask(HttpMethod method, string address) =>
        new(method, address + "/auth/tokens") { Headers = { ConnectionClose = true } };

    private async Task<SwiftToken> ReadAsync(
        string address, HttpRequestMessage request, string? token, IEnumerable<string?> secrets, CancellationToken cancellationToken)
    {
        var doing = $"Logging in at {address}";
        using var asked = request;
        using var answer = await SwiftErrors.RunAsync(doing, () => http.SendAsync(asked, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode)
        {
            var words = await SwiftWords.ReadAsync(answer, time, secrets, cancellationToken).ConfigureAwait(false);
            throw SwiftErrors.LogIn(doing, answer, time, words);
        }

        var value = token ?? SwiftHeaders.Text(answer, "X-Subject-Token") ?? throw SwiftErrors.NoLogIn(doing, "the answer holds no token");
        using var body = await SwiftErrors.ReadJsonAsync(doing, answer, cancellationToken).ConfigureAwait(false);
        if (!body.RootElement.TryGetProperty("token", out var described))
        {
            throw SwiftErrors.NoLogIn(doing, "the answer does not describe the token");
        }

        return new SwiftToken(value, AccountOf(doing, described), RenewAt(described));
    }

    private Uri AccountOf(string doing, JsonElement token)
    {
        var text = options.Endpoint ?? Endpoints(token).FirstOrDefault();
        return Uri.TryCreate(text, UriKind.Absolute, out var url)
            ? url
            : throw new StoreException(StoreError.InvalidConfiguration, $"{doing} failed: the catalog has no {Interface} endpoint of '{options.ServiceType}'"
                + $"{(options.Region is null ? "" : $" in the region '{options.Region}'")}; check ServiceType, Interface, Region and the project, or set Endpoint.");
    }

    private string Interface => options.Interface switch
    {
        SwiftInterface.Internal => "internal",
        SwiftInterface.Admin => "admin",
        _ => "public",
    };

    private IEnumerable<string> Endpoints(JsonElement token) =>
        from service in Items(token, "catalog")
        where Text(service, "type") == options.ServiceType
        from endpoint in Items(service, "endpoints")
        where Text(endpoint, "interface") == Interface
        where options.Region is null || options.Region == Text(endpoint, "region_id") || options.Region == Text(endpoint, "region")
        select Text(endpoint, "url");

    private DateTimeOffset? RenewAt(JsonElement token) => token.TryGetProperty("expires_at", out var end) && end.TryGetDateTimeOffset(out var expires)
        ? SwiftTokens.RenewAt(time.GetUtcNow(), expires, options.RenewBefore)
        : null;

    private static byte[] BodyOf(SwiftIdentity identity)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartObject("auth");
            WriteIdentity(json, identity);
            if (!identity.IsApplication)
            {
                WriteScope(json, identity);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteIdentity(Utf8JsonWriter json, SwiftIdentity identity)
    {
        var method = identity.IsApplication ? "application_credential" : "password";
        json.WriteStartObject("identity");
        json.WriteStartArray("methods");
        json.WriteStringValue(method);
        json.WriteEndArray();
        json.WriteStartObject(method);
        if (identity.IsApplication)
        {
            json.WriteString("id", identity.ApplicationCredentialId);
            json.WriteString("secret", identity.ApplicationCredentialSecret);
        }
        else
        {
            json.WriteStartObject("user");
            json.WriteString("name", identity.UserName);
            json.WriteString("password", identity.Key);
            WriteDomain(json, identity.UserDomain);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    // An application credential is bound to its project: a scope beside it would be refused.
    private static void WriteScope(Utf8JsonWriter json, SwiftIdentity identity)
    {
        json.WriteStartObject("scope");
        json.WriteStartObject("project");
        json.WriteString("name", identity.Project);
        WriteDomain(json, identity.ProjectDomain);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteDomain(Utf8JsonWriter json, (string Key, string Value) domain)
    {
        json.WriteStartObject("domain");
        json.WriteString(domain.Key, domain.Value);
        json.WriteEndObject();
    }
}
