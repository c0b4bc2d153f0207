using System.Text;
using System.Text.Json;

namespace GlanceStore.Drivers.Swift;

/// <summary>Logs in at Keystone without the driver.</summary>
internal static class KeystoneLogIn
{
    private static readonly HttpClient Http = new() { DefaultRequestHeaders = { ConnectionClose = true } };

    public static async Task<(string Token, string Project)> Async(string address, string user, string password, string project)
    {
        var domain = new { id = "default" };
        var body = new
        {
            auth = new
            {
                identity = new { methods = new[] { "password" }, password = new { user = new { name = user, domain, password } } },
                scope = new { project = new { name = project, domain } },
            },
        };
        using var answer = await SendAsync(HttpMethod.Post, address + "/auth/tokens", null, JsonSerializer.Serialize(body));
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return (answer.Headers.GetValues("X-Subject-Token").First(), json.RootElement.GetProperty("token").GetProperty("project").GetProperty("id").GetString()!);
    }

    /// <summary>Makes an application credential for a user's project.</summary>
    public static async Task<(string Id, string Secret)> NewApplicationCredentialAsync(string address, string user, string password, string project)
    {
        var (token, _) = await Async(address, user, password, project);
        using var told = await SendAsync(HttpMethod.Get, address + "/auth/tokens", token);
        using var described = JsonDocument.Parse(await told.Content.ReadAsStringAsync());
        var id = described.RootElement.GetProperty("token").GetProperty("user").GetProperty("id").GetString();
        var body = JsonSerializer.Serialize(new { application_credential = new { name = $"test-{Guid.NewGuid():N}" } });
        using var answer = await SendAsync(HttpMethod.Post, $"{address}/users/{id}/application_credentials", token, body);
        using var made = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var credential = made.RootElement.GetProperty("application_credential");
        return (credential.GetProperty("id").GetString()!, credential.GetProperty("secret").GetString()!);
    }

    // On a busy machine Keystone's server resets a connection now and then, and the tests are about what comes after the login.
    private static async Task<HttpResponseMessage> SendAsync(HttpMethod method, string url, string? token, string? body = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var request = new HttpRequestMessage(method, url);
            request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"); // of known length, which its server needs
            if (token is not null)
            {
                request.Headers.Add("X-Auth-Token", token);
                request.Headers.Add("X-Subject-Token", token);
            }

            try
            {
                return (await Http.SendAsync(request)).EnsureSuccessStatusCode();
            }
            catch (HttpRequestException e) when (e.StatusCode is null && attempt < 4)
            {
            }
        }
    }
}
