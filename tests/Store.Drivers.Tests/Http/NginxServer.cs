using System.Net.Sockets;

namespace GlanceStore.Drivers.Http.Tests;

/// <summary>What <c>tests/servers/nginx/server</c> wrote down when it started nginx.</summary>
internal sealed record NginxServer(string Url, string TlsUrl, string CaFile, string Root)
{
    public const string Name = "nginx";

    private const string StateVariable = "GLANCESTORE_NGINX_STATE";

    /// <summary>The running server; null where there is none.</summary>
    public static NginxServer? Running { get; } = Find();

    public static string? SkipReason => Running is null ? "start it with tests/servers/nginx/server start" : null;

    private static NginxServer? Find()
    {
        var state = Environment.GetEnvironmentVariable(StateVariable) ?? Path.Combine(Path.GetTempPath(), "glancestore-servers", "nginx");
        var file = Path.Combine(state, "facts");
        if (!File.Exists(file))
        {
            return null;
        }

        var facts = File.ReadLines(file).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var server = new NginxServer(facts["URL"], facts["TLS_URL"], facts["CA"], facts["ROOT"]);
        return Answers(new Uri(server.Url)) ? server : null;
    }

    private static bool Answers(Uri url)
    {
        try
        {
            using var client = new TcpClient(url.Host, url.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
