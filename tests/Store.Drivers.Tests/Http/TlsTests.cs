namespace GlanceStore.Drivers.Http.Tests;

[TestClass]
public sealed class TlsTests
{
    private static readonly byte[] Image = Drivers.Image(100);

    [TestMethod]
    public async Task A_certificate_of_an_unknown_authority_is_refused_by_default()
    {
        using var authority = new TestAuthority();
        await using var server = new ScriptedServer(request => Reply.Good(request, Image), authority.Server);
        await using var driver = new HttpDriver(Drivers.Loopback);
        var e = await Drivers.FailsAsync(StoreError.Unavailable, () => driver.ReadAllAsync(server.Url));
        Assert.IsFalse(e.IsTransient);
        StringAssert.Contains(e.Message, "certificate");
        Assert.IsEmpty(server.Requests);
    }

    [TestMethod]
    public async Task A_certificate_of_the_own_authority_is_trusted()
    {
        using var authority = new TestAuthority();
        await using var server = new ScriptedServer(request => Reply.Good(request, Image), authority.Server);
        await using var driver = new HttpDriver(Drivers.Loopback with { CaFile = authority.File });
        CollectionAssert.AreEqual(Image, await driver.ReadAllAsync(server.Url));
    }

    [TestMethod]
    public async Task A_certificate_for_another_host_is_refused()
    {
        using var authority = new TestAuthority();
        using var other = authority.Issue("other.example");
        await using var server = new ScriptedServer(request => Reply.Good(request, Image), other);
        await using var driver = new HttpDriver(Drivers.Loopback with { CaFile = authority.File });
        await Drivers.FailsAsync(StoreError.Unavailable, () => driver.ReadAllAsync(server.Url));
    }

    [TestMethod]
    public async Task No_certificate_is_checked_where_the_operator_says_so()
    {
        using var authority = new TestAuthority();
        await using var server = new ScriptedServer(request => Reply.Good(request, Image), authority.Server);
        await using var driver = new HttpDriver(Drivers.Loopback with { VerifyCertificates = false });
        CollectionAssert.AreEqual(Image, await driver.ReadAllAsync(server.Url));
    }
}
