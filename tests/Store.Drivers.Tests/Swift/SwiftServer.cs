using System.Net.Sockets;
using System.Text.Json;

namespace GlanceStore.Drivers.Swift;

/// <summary>A real server as the tests see it: where it is, and plain HTTP to look behind the driver.</summary>
public sealed class SwiftServer
{
    private static readonly HttpClient Http = new();

    private readonly Lazy<string?> _skipReason;
    private (string Token, string Account)? _login;

    private SwiftServer(string name, string folder, SwiftDriverOptions account)
    {
        (Name, Account) = (name, account);
        _skipReason = new Lazy<string?>(() => Answers(account.AuthAddress) && (Name != "keystone" || Answers(KeystoneProxy))
            ? null
            : $"nothing listens at {account.AuthAddress}; start it with tests/servers/{folder}/server start");
    }

    /// <summary>Swift with its own tempauth.</summary>
    public static SwiftServer TempAuth { get; } = new("swift", "swift", new SwiftDriverOptions
    {
        AuthAddress = Variable("GLANCESTORE_SWIFT_URL", "http://127.0.0.1:18080") + "/auth/v1.0",
        AuthVersion = SwiftAuthVersion.TempAuth,
        User = "test:tester",
        Key = "testing",
    });

    /// <summary>Swift with Keystone.</summary>
    public static SwiftServer Keystone { get; } = new("keystone", "keystone", new SwiftDriverOptions
    {
        AuthAddress = Variable("GLANCESTORE_KEYSTONE_URL", "http://127.0.0.1:18500/v3"),
        User = "demo:demo",
        Key = "demopass",
        Region = "RegionOne",
    });

    /// <summary>Ceph's dialect of Swift.</summary>
    public static SwiftServer Ceph { get; } = new("ceph", "ceph", new SwiftDriverOptions
    {
        AuthAddress = Variable("GLANCESTORE_CEPH_URL", "http://127.0.0.1:18300") + "/auth/1.0",
        AuthVersion = SwiftAuthVersion.TempAuth,
        User = "tester:swift",
        Key = "testing",
        MaxSegments = 1000,
    });

    public static string KeystoneProxy => Variable("GLANCESTORE_SWIFT_KEYSTONE_URL", "http://127.0.0.1:18090");

    public string Name { get; }

    /// <summary>How to log in.</summary>
    public SwiftDriverOptions Account { get; }

    public string? SkipReason => _skipReason.Value;

    /// <summary>Where the account's containers are, once a test has asked for one.</summary>
    public string? AccountUrl => _login?.Account;

    public static SwiftServer Of(string name) => name switch
    {
        "swift" => TempAuth,
        "keystone" => Keystone,
        _ => Ceph,
    };

    /// <summary>Skips the test where the server is not there, or fails it.</summary>
    public SwiftServer Required()
    {
        if (SkipReason is { } reason)
        {
            Conformance.SkippedServers.Skip(Name, reason);
        }

        return this;
    }

    /// <summary>A container of its own.</summary>
    public async Task<SwiftDriverOptions> NewPlaceAsync()
    {
        var container = $"test-{Guid.NewGuid():N}";
        (await SendAsync(HttpMethod.Put, "/" + container)).EnsureSuccessStatusCode();
        return Account with { Container = container };
    }

    /// <summary>The names in a container; none where it is not there.</summary>
    public async Task<IReadOnlyCollection<string>> ListAsync(string container)
    {
        using var answer = await SendAsync(HttpMethod.Get, $"/{container}?format=json");
        if (answer.StatusCode is System.Net.HttpStatusCode.NotFound or System.Net.HttpStatusCode.NoContent)
        {
            return [];
        }

        using var json = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
        return [.. json.RootElement.EnumerateArray().Select(entry => entry.GetProperty("name").GetString()!)];
    }

    public async Task<byte[]> GetAsync(string path) => await (await SendAsync(HttpMethod.Get, path)).EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();

    public async Task PutAsync(string path, byte[] body, params (string Name, string Value)[] headers) =>
        (await SendAsync(HttpMethod.Put, path, body, headers)).EnsureSuccessStatusCode();

    // As every client of Keystone's, anew with another token where one is refused: under load it forgets some.
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, byte[]? body = null, params (string Name, string Value)[] headers)
    {
        var answer = await SendAsync(_login ??= await LogInAsync(), method, path, body, headers);
        if (answer.StatusCode != System.Net.HttpStatusCode.Unauthorized)
        {
            return answer;
        }

        answer.Dispose();
        _login = await LogInAsync();
        return await SendAsync(_login.Value, method, path, body, headers);
    }

    /// <summary>Removes a container and everything in it.</summary>
    public async Task RemoveAsync(string container)
    {
        foreach (var name in await ListAsync(container))
        {
            await SendAsync(HttpMethod.Delete, $"/{container}/{name}");
        }

        await SendAsync(HttpMethod.Delete, "/" + container);
    }

    private static async Task<HttpResponseMessage> SendAsync(
        (string Token, string Account) login, HttpMethod method, string path, byte[]? body, (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, login.Account + path) { Content = body is null ? null : new ByteArrayContent(body) };
        request.Headers.Add("X-Auth-Token", login.Token);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Http.SendAsync(request);
    }

    private async Task<(string Token, string Account)> LogInAsync()
    {
        if (Account.AuthVersion == SwiftAuthVersion.TempAuth)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Account.AuthAddress);
            request.Headers.Add("X-Auth-User", Account.User);
            request.Headers.Add("X-Auth-Key", Account.Key);
            using var answer = (await Http.SendAsync(request)).EnsureSuccessStatusCode();
            return (answer.Headers.GetValues("X-Auth-Token").First(), answer.Headers.GetValues("X-Storage-Url").First());
        }

        var (token, project) = await KeystoneLogIn.Async(Account.AuthAddress, "demo", Account.Key!, "demo");
        return (token, $"{KeystoneProxy}/v1/AUTH_{project}");
    }

    private static string Variable(string name, string standard) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } set ? set : standard;

    private static bool Answers(string address)
    {
        try
        {
            var url = new Uri(address);
            using var socket = new TcpClient(url.Host, url.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
