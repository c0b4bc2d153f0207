namespace GlanceStore.Drivers.Sftp;

[TestClass]
public sealed class KnownHostTests
{
    // The name of 192.168.1.61 under a salt; the key is cut short.
    private const string Hashed = "|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ssh-rsa AAAA";

    [TestMethod]
    [DataRow("h ssh-rsa AAAA", "h", 22, true)]
    [DataRow("h ssh-rsa AAAA", "H", 22, true)]
    [DataRow("h ssh-rsa AAAA", "h", 2022, false)]
    [DataRow("[h]:2022 ssh-rsa AAAA a comment", "h", 2022, true)]
    [DataRow("a,h,b ssh-rsa AAAA", "h", 22, true)]
    [DataRow("*.example.org ssh-rsa AAAA", "h.example.org", 22, true)]
    [DataRow("*.example.org,!h.example.org ssh-rsa AAAA", "h.example.org", 22, false)]
    [DataRow("h? ssh-rsa AAAA", "h1", 22, true)]
    [DataRow(Hashed, "192.168.1.61", 22, true)]
    [DataRow(Hashed, "192.168.1.62", 22, false)]
    public void A_line_names_hosts(string line, string host, int port, bool named) => Assert.AreEqual(named, KnownHost.Parse(line)!.Names(host, port));

    [TestMethod]
    [DataRow("")]
    [DataRow("# a comment of four words")]
    [DataRow("@cert-authority * ssh-rsa AAAA")]
    [DataRow("h ssh-rsa")]
    [DataRow("h ssh-rsa !!!")]
    public void A_line_that_names_no_key_is_passed_over(string line) => Assert.IsNull(KnownHost.Parse(line));

    [TestMethod]
    public void A_revoked_key_is_known_as_such() => Assert.IsTrue(KnownHost.Parse("@revoked * ssh-rsa AAAA")!.IsRevoked);

    // As OpenSSH looks a key up: by name and port, then by the name alone where that tells no key of the type.
    [TestMethod]
    [DataRow("127.0.0.1 ssh-ed25519 KEY", null)]
    [DataRow("[127.0.0.1]:2022 ssh-ed25519 KEY", null)]
    [DataRow("[127.0.0.1]:2022 ssh-rsa AAAA|127.0.0.1 ssh-ed25519 KEY", null)]
    [DataRow("[127.0.0.1]:2022 ssh-ed25519 AAAA|127.0.0.1 ssh-ed25519 KEY", "known by another")]
    [DataRow("127.0.0.1 ssh-ed25519 AAAA", "not known")]
    [DataRow("@revoked 127.0.0.1 ssh-ed25519 KEY", "revoked")]
    [DataRow("[127.0.0.1]:2023 ssh-ed25519 KEY", "not known")]
    public async Task A_key_is_looked_up_by_name_and_port_and_then_by_the_name_alone(string lines, string? refusal)
    {
        byte[] key = [0, 0, 0, 11, .. "ssh-ed25519"u8, 0, 0, 0, 1, 7];
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(file, lines.Replace("KEY", Convert.ToBase64String(key), StringComparison.Ordinal).Split('|'));
            var keys = new SftpHostKeys(
                new SftpDriverOptions { Host = "127.0.0.1", Port = 2022, KnownHostsFile = file }, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
            var error = keys.Refuse(key);
            Assert.AreEqual(refusal is null, error is null, error?.Message);
            Assert.Contains(refusal ?? "", error?.Message ?? "");
        }
        finally
        {
            File.Delete(file);
        }
    }
}
