using System.Security.Cryptography.X509Certificates;
using GlanceStore.Nbd.Tests;

namespace GlanceStore.Cli.Tests;

/// <summary><c>serve</c> over TLS: to whoever shows a certificate, and to nobody else.</summary>
[TestClass]
public sealed class ServeTlsTests : ToolTests
{
    private const int Length = 3 << 20;

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Serve_over_TLS_is_read_by_clients_with_a_certificate_of_the_authority_and_by_no_others(bool isKeyApart)
    {
        using var authority = new TestAuthority();
        var bytes = await Tool.PutAsync("image", Length);
        await using var serve = await RunningServe.StartAsync(Tool, [Tool.At("image.json"), "--nbd", "127.0.0.1:0", .. Files(authority, isKeyApart)]);
        Assert.StartsWith("nbds://127.0.0.1:", serve.Uri);
        var uri = serve.Uri.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        authority.Write(Tool.At("client"), authority.Issue("client", isServer: false));
        var own = $"{uri}?tls-certificates={Tool.At("client")}";
        var told = await serve.RunAsync("nbdinfo", own);
        Assert.AreEqual(0, told.ExitCode, told.Errors);
        Assert.Contains("with TLS", told.Text);
        Assert.AreEqual(0, (await serve.RunAsync("nbdcopy", "--connections=4", own, Tool.At("copy"))).ExitCode);
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(Tool.At("copy")));

        using var stranger = new TestAuthority();
        authority.Write(Tool.At("stranger"), stranger.Issue("client", isServer: false));
        Assert.AreNotEqual(0, (await serve.RunAsync("nbdinfo", $"{uri}?tls-certificates={Tool.At("stranger")}")).ExitCode);
        Assert.AreNotEqual(0, (await serve.RunAsync("nbdinfo", uri.Replace("nbds:", "nbd:", StringComparison.Ordinal))).ExitCode);
    }

    [TestMethod]
    public async Task With_TLS_other_machines_may_be_served()
    {
        using var authority = new TestAuthority();
        await Tool.PutAsync("image", Length);
        await using var serve = await RunningServe.StartAsync(Tool, [Tool.At("image.json"), "--nbd", "0.0.0.0:0", .. Files(authority, isKeyApart: true)]);
        Assert.StartsWith("nbds://0.0.0.0:", serve.Uri);
    }

    [TestMethod]
    public async Task What_is_missing_or_no_certificate_is_told_before_anybody_can_connect()
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority();
        await Tool.PutAsync("image", 1000);
        var files = Files(authority, isKeyApart: true);
        await File.WriteAllTextAsync(Tool.At("none.pem"), "no certificate");
        Task<Outcome> ServeAsync(params string[] options) => Tool.RunAsync(["serve", Tool.At("image.json"), "--nbd", $"unix:{Tool.At("nbd")}", .. options]);
        (await ServeAsync(files[..4])).FailedWith(2, "--tls-client-ca");
        (await ServeAsync(files[2..])).FailedWith(2, "--tls-certificate");
        (await ServeAsync([.. files[..4], "--tls-client-ca", Tool.At("none.pem")])).FailedWith(2, "no certificate");
        (await ServeAsync([.. files[..4], "--tls-client-ca", Tool.At("absent.pem")])).FailedWith(2, "absent.pem");
        (await ServeAsync(["--tls-certificate", Tool.At("server.pem"), .. files[4..]])).FailedWith(2, "private key");
        using var another = other.Issue("localhost", isServer: true);
        await File.WriteAllTextAsync(Tool.At("another.pem"), KeyOf(another));
        (await ServeAsync(["--tls-certificate", Tool.At("server.pem"), "--tls-key", Tool.At("another.pem"), .. files[4..]])).FailedWith(2, "private key");
        Assert.IsFalse(File.Exists(Tool.At("nbd")));
    }

    private string[] Files(TestAuthority authority, bool isKeyApart)
    {
        using var own = authority.Issue("localhost", isServer: true);
        File.WriteAllText(Tool.At("server.pem"), own.ExportCertificatePem());
        File.WriteAllText(Tool.At("key.pem"), KeyOf(own));
        File.WriteAllText(Tool.At("both.pem"), $"{own.ExportCertificatePem()}\n{KeyOf(own)}\n");
        File.WriteAllText(Tool.At("authority.pem"), authority.Certificate.ExportCertificatePem());
        string[] certificate = isKeyApart ? ["--tls-certificate", Tool.At("server.pem"), "--tls-key", Tool.At("key.pem")] : ["--tls-certificate", Tool.At("both.pem")];
        return [.. certificate, "--tls-client-ca", Tool.At("authority.pem")];
    }

    private static string KeyOf(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem();
    }
}
