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
}
