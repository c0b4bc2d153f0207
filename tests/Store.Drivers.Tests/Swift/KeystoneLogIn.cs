using System.Text;
using System.Text.Json;

namespace GlanceStore.Drivers.Swift;

/// <summary>Logs in at Keystone without the driver.</summary>
internal static class KeystoneLogIn
{
    private static readonly HttpClient Http = new();

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
        using var content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json"); // of known length, which its server needs
        using var answer = (await Http.PostAsync(address + "/auth/tokens", content)).EnsureSuccessStatusCode();
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return (answer.Headers.GetValues("X-Subject-Token").First(), json.RootElement.GetProperty("token").GetProperty("project").GetProperty("id").GetString()!);
    }

    /// <summary>Makes an application credential for a user's project.</summary>
    public static async Task<(string Id, string Secret)> NewApplicationCredentialAsync(string address, string user, string password, string project)
    {
        var (token, _) = await Async(address, user, password, project);
        using var self = new HttpRequestMessage(HttpMethod.Get, address + "/auth/tokens");
        self.Headers.Add("X-Auth-Token", token);
        self.Headers.Add("X-Subject-Token", token);
        using var told = (await Http.SendAsync(self)).EnsureSuccessStatusCode();
        using var described = JsonDocument.Parse(await told.Content.ReadAsStringAsync());
        var id = described.RootElement.GetProperty("token").GetProperty("user").GetProperty("id").GetString();
        var body = JsonSerializer.Serialize(new { application_credential = new { name = $"test-{Guid.NewGuid():N}" } });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{address}/users/{id}/application_credentials")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-Auth-Token", token);
        using var answer = (await Http.SendAsync(request)).EnsureSuccessStatusCode();
        using var made = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var credential = made.RootElement.GetProperty("application_credential");
        return (credential.GetProperty("id").GetString()!, credential.GetProperty("secret").GetString()!);
    }
}
