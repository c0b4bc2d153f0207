using System.Net.Sockets;
using GlanceStore.Conformance;

namespace GlanceStore.Cli.Tests;

/// <summary>The real servers of <c>tests/servers</c> that the tool is tried with.</summary>
internal static class RealServers
{
    public static readonly Uri Ceph = new(Variable("GLANCESTORE_CEPH_URL", "http://127.0.0.1:18300"));
    public static readonly Uri Swift = new(Variable("GLANCESTORE_SWIFT_URL", "http://127.0.0.1:18080"));
    public static readonly Uri Azurite = new($"http://127.0.0.1:{Variable("GLANCESTORE_AZURITE_PORT", "18100")}");

    /// <summary>What a server wrote down when it was started; skips the test where there is none.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> FactsAsync(string server, string path)
    {
        if (!File.Exists(path))
        {
            SkippedServers.Skip(server, $"there is no {path}; start it with tests/servers/{server}/server start");
        }

        return (await File.ReadAllLinesAsync(path)).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
    }

    /// <summary>Where a server of this user keeps what it has.</summary>
    public static string StateOf(string server) => Path.Combine(
        Variable("GLANCESTORE_SERVERS", Path.Combine(Path.GetTempPath(), $"glancestore-servers-{UserId}")), server);

    public static Task<IReadOnlyDictionary<string, string>> NginxAsync() =>
        FactsAsync("nginx", Path.Combine(Variable("GLANCESTORE_NGINX_STATE", Path.Combine(Path.GetTempPath(), "glancestore-servers", "nginx")), "facts"));

    /// <summary>Skips the test where nothing listens.</summary>
    public static async Task RequireAsync(string server, Uri url)
    {
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(url.Host, url.Port);
        }
        catch (SocketException)
        {
            SkippedServers.Skip(server, $"nothing listens at {url}; start it with tests/servers/{server}/server start");
        }
    }

    private static string UserId => File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[2];

    private static string Variable(string name, string standard) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } set ? set : standard;
}
