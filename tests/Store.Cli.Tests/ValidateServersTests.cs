namespace GlanceStore.Cli.Tests;

/// <summary>A validation of every real server there is; the suites that say most of a backend in little time.</summary>
[TestClass]
public sealed class ValidateServersTests : ToolTests
{
    private const string Suites = "Put,Range,Delete,Overwrite,AbandonedWrite,ResumedPut";

    [TestMethod]
    public Task Ceph_holds_over_S3() => HoldsAsync("ceph", RealServers.Ceph, $$"""
        {
          "Type": "s3", "Endpoint": "{{RealServers.Ceph}}", "Bucket": "glancestore-validate", "Preset": "ceph", "CreateBucket": true,
          "AccessKey": "testaccess", "SecretKey": "testsecret", "MinPartBytes": 65536
        }
        """);

    [TestMethod]
    public Task Swift_holds_over_S3() => HoldsAsync("swift", RealServers.Swift, $$"""
        {
          "Type": "s3", "Endpoint": "{{RealServers.Swift}}", "Bucket": "glancestore-validate", "Preset": "swift", "CreateBucket": true,
          "AccessKey": "test:tester", "SecretKey": "testing", "MinPartBytes": 65536
        }
        """);

    [TestMethod]
    public Task Swift_holds() => HoldsAsync("swift", RealServers.Swift, $$"""
        {
          "Type": "swift", "AuthAddress": "{{RealServers.Swift}}auth/v1.0", "AuthVersion": "1", "User": "test:tester", "Key": "testing",
          "Container": "validate", "CreateContainer": true
        }
        """);

    [TestMethod]
    public Task Azurite_holds() => HoldsAsync("azurite", RealServers.Azurite, $$"""
        {
          "Type": "azure", "Endpoint": "{{RealServers.Azurite}}devstoreaccount1", "AccountName": "devstoreaccount1", "Container": "validate", "CreateContainer": true,
          "AccountKey": "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
        }
        """);

    [TestMethod]
    public async Task A_pool_of_Ceph_holds_and_is_probed_by_a_user_who_has_the_profile_of_RBD_for_it_alone()
    {
        var text = await HoldsAsync("ceph", RealServers.Ceph, $$"""
            { "Type": "rbd", "User": "glance", "CephConf": "{{Path.Combine(RealServers.StateOf("ceph"), "client", "ceph.conf")}}" }
            """);
        Assert.Contains("holds        ResumedPut ", text);
        var probed = await Tool.RunAsync("probe", "--store", "theirs", "--config", Tool.At("stores.json"));
        Assert.AreEqual(0, probed.ExitCode, $"{probed.Errors} {probed.Text}");
        Assert.Contains("YES     Create, trash and restore, snapshot, protect and remove", probed.Text);
    }

    [TestMethod]
    public async Task OpenSsh_holds_and_offers_no_sessions()
    {
        var conf = Path.Combine(RealServers.StateOf("sftp"), "conf");
        var facts = await RealServers.FactsAsync("sftp", Path.Combine(conf, "facts"));
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
        await RealServers.RequireAsync(server, url);
        var config = Tool.At("stores.json");
        await File.WriteAllTextAsync(config, $$"""{ "GlanceStore": { "Stores": { "theirs": {{store}} } } }""");
        var outcome = await Tool.RunAsync("validate", "--suite", Suites, "--config", config);
        Assert.AreEqual(0, outcome.ExitCode, $"{outcome.Errors} {outcome.Text}");
        Assert.EndsWith("nothing was left behind", outcome.Text);
        return outcome.Text;
    }
}
