using System.Globalization;

namespace GlanceStore.Drivers.Http.Tests;

[TestClass]
public sealed class RedirectTests
{
    private static readonly byte[] Image = Drivers.Image(100);

    [TestMethod]
    [DataRow(301)]
    [DataRow(302)]
    [DataRow(303)]
    [DataRow(307)]
    [DataRow(308)]
    public async Task Every_kind_of_redirect_is_followed_with_the_same_method_and_range(int status)
    {
        await using var server = new ScriptedServer(request =>
            request.Target == "/a/old?x=1" ? Reply.Redirect(status, "../b/new?y=2#there") : Reply.Good(request, Image));
        await using var driver = new HttpDriver(Drivers.Loopback);
        CollectionAssert.AreEqual(Image[40..], await driver.ReadAllAsync($"{server.Url}/a/old?x=1", new ByteRange(40)));
        Assert.AreEqual(("GET", "/b/new?y=2"), (server.Requests[1].Method, server.Requests[1].Target));
        Assert.AreEqual(100, (await driver.FindAsync($"{server.Url}/a/old?x=1"))!.Size);
        Assert.AreEqual("HEAD", server.Requests[3].Method);
    }

    [TestMethod]
    public async Task The_location_of_an_image_is_the_one_asked_for_and_not_where_it_was_found()
    {
        await using var server = new ScriptedServer(request => request.Target == "/a" ? Reply.Redirect(302, "/b") : Reply.Good(request, Image));
        await using var driver = new HttpDriver(Drivers.Loopback);
        Assert.AreEqual($"{server.Url}/a", (await driver.FindAsync($"{server.Url}/a"))!.Location.Uri);
    }

    [TestMethod]
    public async Task As_many_redirects_as_the_limit_are_followed_and_no_more()
    {
        await using var server = new ScriptedServer(request => request.Target == "/0"
            ? Reply.Good(request, Image)
            : Reply.Redirect(302, $"/{int.Parse(request.Target[1..], CultureInfo.InvariantCulture) - 1}"));
        await using var driver = new HttpDriver(Drivers.Loopback);
        CollectionAssert.AreEqual(Image, await driver.ReadAllAsync($"{server.Url}/5"));
        await Drivers.FailsAsync(StoreError.Unavailable, () => driver.ReadAllAsync($"{server.Url}/6"));
        await using var strict = new HttpDriver(Drivers.Loopback with { MaxRedirects = 0 });
        await Drivers.FailsAsync(StoreError.Unavailable, () => strict.ReadAllAsync($"{server.Url}/1"));
    }

    [TestMethod]
    [DataRow("file:///etc/passwd")]
    [DataRow("ftp://127.0.0.1/x")]
    [DataRow("http://")]
    [DataRow("gopher://127.0.0.1:11211/_stats")]
    public async Task A_redirect_out_of_HTTP_is_refused(string target)
    {
        await using var server = new ScriptedServer(_ => Reply.Redirect(302, target));
        await using var driver = new HttpDriver(Drivers.Loopback);
        await Drivers.FailsAsync(StoreError.InvalidLocation, () => driver.ReadAllAsync(server.Url));
    }

    [TestMethod]
    public async Task A_redirect_to_nowhere_is_refused()
    {
        await using var server = new ScriptedServer(_ => Reply.Status(302));
        await using var driver = new HttpDriver(Drivers.Loopback);
        await Drivers.FailsAsync(StoreError.InvalidLocation, () => driver.ReadAllAsync(server.Url));
    }

    [TestMethod]
    [DataRow(300)]
    [DataRow(304)]
    [DataRow(204)]
    public async Task An_answer_that_is_neither_an_image_nor_a_redirect_is_an_error(int status)
    {
        await using var server = new ScriptedServer(_ => Reply.Of(status, [], status == 204 ? "X-Nothing: 1" : "Content-Length: 0"));
        await using var driver = new HttpDriver(Drivers.Loopback);
        var e = await Drivers.FailsAsync(StoreError.Unavailable, () => driver.ReadAllAsync(server.Url));
        Assert.IsFalse(e.IsTransient);
    }

    [TestMethod]
    public async Task A_step_down_from_TLS_is_refused_unless_allowed()
    {
        using var authority = new TestAuthority();
        await using var plain = new ScriptedServer(request => Reply.Good(request, Image));
        await using var secure = new ScriptedServer(_ => Reply.Redirect(302, plain.Url), authority.Server);
        await using var driver = new HttpDriver(Drivers.Loopback with { CaFile = authority.File });
        await Drivers.FailsAsync(StoreError.InvalidLocation, () => driver.ReadAllAsync(secure.Url));
        Assert.AreEqual(0, plain.Connections);
        await using var lax = new HttpDriver(Drivers.Loopback with { CaFile = authority.File, AllowDowngrade = true });
        CollectionAssert.AreEqual(Image, await lax.ReadAllAsync(secure.Url));
    }
}
