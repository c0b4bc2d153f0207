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
}
