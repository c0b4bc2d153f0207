using GlanceStore.Conformance;

namespace GlanceStore.Cli.Tests;

/// <summary>A validation of every real server there is; the suites that say most of a backend in little time.</summary>
[TestClass]
public sealed class ValidateServersTests : ToolTests
{
    private const string Suites = "Put,Range,Delete,Overwrite,AbandonedWrite,ResumedPut";

    private static readonly string Servers = Variable("GLANCESTORE_SERVERS",
        Path.Combine(Path.GetTempPath(), $"glancestore-servers-{File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[2]}"));

    private static readonly Uri Ceph = new(Variable("GLANCESTORE_CEPH_URL", "http://127.0.0.1:18300"));
    private static readonly Uri Swift = new(Variable("GLANCESTORE_SWIFT_URL", "http://127.0.0.1:18080"));
    private static readonly Uri Azurite = new($"http://127.0.0.1:{Variable("GLANCESTORE_AZURITE_PORT", "18100")}");

    [TestMethod]
    public Task Ceph_holds_over_S3() => HoldsAsync("ceph", Ceph, $$"""
        {
          "Type": "s3", "Endpoint": "{{Ceph}}", "Bucket": "glancestore-validate", "Preset": "ceph", "CreateBucket": true,
          "AccessKey": "testaccess", "SecretKey": "testsecret", "MinPartBytes": 65536
        }
        """);

    [TestMethod]
    public Task Swift_holds_over_S3() => HoldsAsync("swift", Swift, $$"""
        {
          "Type": "s3", "Endpoint": "{{Swift}}", "Bucket": "glancestore-validate", "Preset": "swift", "CreateBucket": true,
          "AccessKey": "test:tester", "SecretKey": "testing", "MinPartBytes": 65536
        }
        """);

    [TestMethod]
    public Task Swift_holds() => HoldsAsync("swift", Swift, $$"""
        {
          "Type": "swift", "AuthAddress": "{{Swift}}auth/v1.0", "AuthVersion": "1", "User": "test:tester", "Key": "testing",
          "Container": "validate", "CreateContainer": true
        }
        """);

    [TestMethod]
    public Task Azurite_holds() => HoldsAsync("azurite", Azurite, $$"""
        {
          "Type": "azure", "Endpoint": "{{Azurite}}devstoreaccount1", "AccountName": "devstoreaccount1", "Container": "validate", "CreateContainer": true,
          "AccountKey": "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
        }
        """);

    [TestMethod]
    public async Task OpenSsh_holds_and_offers_no_sessions()
    {
        var conf = Path.Combine(Servers, "sftp", "conf");
        if (!File.Exists(Path.Combine(conf, "facts")))
        {
            SkippedServers.Skip("sftp", $"there is no {conf}/facts; start it with tests/servers/sftp/server start");
        }

        var facts = (await File.ReadAllLinesAsync(Path.Combine(conf, "facts"))).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var text = await HoldsAsync("sftp", new Uri($"sftp://127.0.0.1:{facts["PORT"]}"), $$"""
            {
              "Type": "sftp", "Host": "127.0.0.1", "Port": {{facts["PORT"]}}, "Username": "{{facts["USER"]}}", "PrivateKeyFile": "{{conf}}/client",
              "Directory": "{{facts["DATA"]}}", "KnownHostsFile": "{{conf}}/known_hosts"
            }
            """);
        Assert.Contains("not offered  ResumedPut ", text);
    }

    private async Task<string> HoldsAsync(string server, Uri url, string store)
    {
        if (!await AnswersAsync(url))
        {
            SkippedServers.Skip(server, $"nothing listens at {url}; start it with tests/servers/{server}/server start");
        }

        var config = Tool.At("stores.json");
        await File.WriteAllTextAsync(config, $$"""{ "GlanceStore": { "Stores": { "theirs": {{store}} } } }""");
        var outcome = await Tool.RunAsync("validate", "--suite", Suites, "--config", config);
        Assert.AreEqual(0, outcome.ExitCode, $"{outcome.Errors} {outcome.Text}");
        Assert.EndsWith("nothing was left behind", outcome.Text);
        return outcome.Text;
    }

    private static string Variable(string name, string standard) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } set ? set : standard;

    private static async Task<bool> AnswersAsync(Uri url)
    {
        try
        {
            using var socket = new System.Net.Sockets.TcpClient();
            await socket.ConnectAsync(url.Host, url.Port);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
