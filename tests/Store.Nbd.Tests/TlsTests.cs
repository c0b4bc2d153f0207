using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using GlanceStore.Nbd.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace GlanceStore.Nbd.Tests;

/// <summary>TLS: whoever has no certificate of the authority learns nothing, and real clients that have one read.</summary>
[TestClass]
public sealed class TlsTests
{
    private static readonly byte[] Bytes = TestServer.Disk(3 << 20);

    [TestMethod]
    public async Task Before_TLS_nothing_is_told()
    {
        using var authority = new TestAuthority();
        await using var server = Start(authority);
        using var client = await RawClient.GreetedAsync(server);
        foreach (var option in (OptionKind[])[OptionKind.List, OptionKind.Info, OptionKind.Go, OptionKind.StructuredReply, OptionKind.SetMetaContext, (OptionKind)99])
        {
            Assert.AreEqual(OptionReplyKind.TlsRequired, (await client.OptionAsync(option, RawClient.Query("secret"))).Single().Kind, $"{option}");
        }

        Assert.AreEqual(OptionReplyKind.Invalid, (await client.OptionAsync(OptionKind.StartTls, 1)).Single().Kind);
        await client.SendAsync([.. RawClient.OptionHeader(OptionKind.ExportName, 6), .. "secret"u8]);
        await client.EndsAsync();
        await ExpectWarningAsync(server, "before TLS");
    }

    [TestMethod]
    public async Task A_client_with_a_certificate_of_the_authority_reads_over_either_version()
    {
        using var authority = new TestAuthority();
        await using var server = Start(authority);
        foreach (var version in (SslProtocols[])[SslProtocols.Tls12, SslProtocols.Tls13])
        {
            using var client = await SecuredAsync(server, authority, authority.Issue("client", isServer: false), version);
            Assert.AreEqual(OptionReplyKind.Invalid, (await client.OptionAsync(OptionKind.StartTls)).Single().Kind);
            await client.OptionAsync(OptionKind.StructuredReply);
            await client.OptionAsync(OptionKind.Go, RawClient.Query("secret"));
            CollectionAssert.AreEqual(Bytes, await client.ReadPartAsync(0, Bytes.Length));
            await client.SendAsync(RawClient.Request(RequestKind.Disconnect, 0, 0));
            await client.EndsAsync();
        }

        Assert.IsEmpty(server.Log.Warnings);
    }

    [TestMethod]
    public async Task What_was_agreed_on_before_TLS_does_not_count_after_it()
    {
        using var authority = new TestAuthority();
        await using var server = Start(authority);
        using var client = await SecuredAsync(server, authority, authority.Issue("client", isServer: false));
        Assert.AreEqual(OptionReplyKind.Invalid, (await client.OptionAsync(OptionKind.SetMetaContext, RawClient.MetaContext("secret", "base:allocation"))).Single().Kind);
    }

    [TestMethod]
    [DataRow("none")]
    [DataRow("another authority's")]
    [DataRow("a server's")]
    [DataRow("its own")]
    [DataRow("an expired one")]
    public async Task A_client_without_a_certificate_of_the_authority_is_disconnected(string which)
    {
        using var authority = new TestAuthority();
        using var another = new TestAuthority();
        var certificate = which switch
        {
            "another authority's" => another.Issue("client", isServer: false),
            "a server's" => authority.Issue("client", isServer: true),
            "its own" => TestAuthority.SelfSigned("client"),
            "an expired one" => authority.Issue("client", isServer: false, isExpired: true),
            _ => null,
        };
        await using var server = Start(authority);
        try
        {
            // To TLS 1.3 a client has finished before the server has looked at its certificate.
            using var client = await SecuredAsync(server, authority, certificate);
            await client.OptionAsync(OptionKind.List);
            Assert.Fail("It was let in.");
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            await ExpectWarningAsync(server, "TLS was not agreed on");
        }
    }

    [TestMethod]
    public async Task Options_that_were_slipped_in_before_TLS_end_the_connection()
    {
        using var authority = new TestAuthority();
        await using var server = Start(authority);
        using var client = await RawClient.GreetedAsync(server);
        await client.SendAsync([.. RawClient.OptionHeader(OptionKind.StartTls, 0), .. RawClient.OptionHeader(OptionKind.StructuredReply, 0)]);
        await client.EndsAsync();
        await ExpectWarningAsync(server, "before TLS had begun");
    }

    [TestMethod]
    public async Task A_handshake_of_TLS_that_is_never_ended_is_given_up_in_time()
    {
        using var authority = new TestAuthority();
        var time = new FakeTimeProvider();
        await using var server = Start(authority, options => options with { TimeProvider = time });
        using var client = await RawClient.GreetedAsync(server);
        await client.OptionAsync(OptionKind.StartTls);
        await client.SendAsync(0x16, 3, 1);
        time.Advance(TimeSpan.FromSeconds(11));
        await client.EndsAsync();
        await ExpectWarningAsync(server, "chose no export within");
    }

    [TestMethod]
    public async Task Nbdinfo_and_nbdcopy_read_over_TLS()
    {
        RealClients.Require(RealClients.LibNbd, "nbdinfo", "nbdcopy");
        using var authority = new TestAuthority();
        await using var server = Start(authority, options => options with { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) });
        authority.Write(server.At("client"), authority.Issue("client", isServer: false));
        var port = ((IPEndPoint)server.Server.EndPoint).Port;
        Assert.AreEqual($"nbds://127.0.0.1:{port}/secret", server.Server.UriOf("secret"));
        var uri = $"nbds://localhost:{port}/secret?tls-certificates={server.At("client")}";
        Assert.Contains("with TLS", await RealClients.RunAsync("nbdinfo", uri));
        await RealClients.RunAsync("nbdcopy", "--connections=4", uri, server.At("copy"));
        CollectionAssert.AreEqual(Bytes, await File.ReadAllBytesAsync(server.At("copy")));
        Assert.AreEqual(1, (await RealClients.TryAsync("nbdinfo", $"nbd://localhost:{port}/secret")).Code);
    }

    [TestMethod]
    public async Task Qemu_reads_over_TLS()
    {
        RealClients.Require("qemu-img", "qemu-img");
        using var authority = new TestAuthority();
        await using var server = Start(authority, options => options with { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) });
        authority.Write(server.At("client"), authority.Issue("client", isServer: false));
        await File.WriteAllBytesAsync(server.At("raw"), Bytes);
        var told = await RealClients.RunAsync("qemu-img", "compare", "--object", $"tls-creds-x509,id=tls,endpoint=client,dir={server.At("client")}", "--image-opts",
            $"driver=raw,file.filename={server.At("raw")}", $"driver=nbd,host=localhost,port={((IPEndPoint)server.Server.EndPoint).Port},export=secret,tls-creds=tls");
        Assert.Contains("Images are identical", told);
    }

    private static TestServer Start(TestAuthority authority, Func<NbdServerOptions, NbdServerOptions>? adjust = null) => new(
        [new ScriptedExport("secret", Bytes)],
        options => (adjust ?? (same => same))(options with { Tls = new NbdTlsOptions(authority.Issue("localhost", isServer: true), [authority.Certificate]) }));

    private static async Task<RawClient> SecuredAsync(
        TestServer server, TestAuthority authority, X509Certificate2? certificate,
        SslProtocols version = SslProtocols.None)
    {
        var client = await RawClient.GreetedAsync(server);
        await client.OptionAsync(OptionKind.StructuredReply);
        Assert.AreEqual(OptionReplyKind.Acknowledged, (await client.OptionAsync(OptionKind.StartTls)).Single().Kind);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority.Certificate);
        var stream = new SslStream(client.Stream);
        client.Stream = stream;
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = version,
            CertificateChainPolicy = policy,
            ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, [], offline: true),
        });
        return client;
    }

    private static async Task ExpectWarningAsync(TestServer server, string words)
    {
        await TestServer.UntilAsync(() => server.Log.Warnings.Any());
        Assert.Contains(words, server.Log.Warnings.Single());
    }
}
