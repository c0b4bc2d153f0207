using System.Text;

namespace GlanceStore.Drivers.Http.Tests;

[TestClass]
public sealed class CredentialTests
{
    private const string Canary = "c4nary-s3cret-7f";

    private static readonly byte[] Image = Drivers.Image(100);

    [TestMethod]
    public async Task Credentials_of_a_location_are_for_its_own_server_only()
    {
        await using var stranger = new ScriptedServer(request => Reply.Good(request, Image));
        await using var own = new ScriptedServer(request => request.Target == "/a" ? Reply.Redirect(302, "/b") : Reply.Redirect(302, stranger.Url));
        await using var driver = new HttpDriver(Drivers.Loopback);
        CollectionAssert.AreEqual(Image, await driver.ReadAllAsync($"http://us%40er:{Canary}@127.0.0.1:{own.Port}/a"));
        Assert.AreEqual(Basic("us@er", Canary), own.Requests[0]["Authorization"]);
        Assert.AreEqual(Basic("us@er", Canary), own.Requests[1]["Authorization"]);
        Assert.IsNull(stranger.Requests.Single()["Authorization"]);
    }

    [TestMethod]
    public async Task Credentials_in_the_target_of_a_redirect_are_not_used()
    {
        await using var server = new ScriptedServer(request => request.Target == "/b"
            ? Reply.Good(request, Image)
            : Reply.Redirect(302, $"http://u:{Canary}@{request["Host"]}/b"));
        await using var driver = new HttpDriver(Drivers.Loopback);
        await driver.ReadAllAsync(server.Url);
        Assert.IsNull(server.Requests[1]["Authorization"]);
    }

    [TestMethod]
    public async Task Configured_credentials_are_for_their_origin_only()
    {
        await using var first = new ScriptedServer(request => Reply.Good(request, Image));
        await using var second = new ScriptedServer(_ => Reply.Redirect(302, first.UrlOn("other.example")));
        await using var driver = Drivers.WithNames(Drivers.Loopback with
        {
            Credentials =
            [
                HttpCredential.Basic(first.UrlOn("images.example"), "user", Canary),
                HttpCredential.Bearer(second.UrlOn("mirror.example"), "t0ken"),
            ],
        });
        await driver.ReadAllAsync(first.UrlOn("images.example"));
        await driver.ReadAllAsync(second.UrlOn("mirror.example"));
        Assert.AreEqual(Basic("user", Canary), first.Requests[0]["Authorization"]);
        Assert.AreEqual("Bearer t0ken", second.Requests[0]["Authorization"]);
        Assert.IsNull(first.Requests[1]["Authorization"]);
    }

    [TestMethod]
    public async Task Credentials_of_the_location_come_before_configured_ones()
    {
        await using var server = new ScriptedServer(request => Reply.Good(request, Image));
        await using var driver = new HttpDriver(Drivers.Loopback with { Credentials = [HttpCredential.Bearer(server.Url, "t0ken")] });
        await driver.ReadAllAsync($"http://u:p@127.0.0.1:{server.Port}");
        Assert.AreEqual(Basic("u", "p"), server.Requests.Single()["Authorization"]);
    }

    [TestMethod]
    [DataRow(401)]
    [DataRow(404)]
    [DataRow(500)]
    [DataRow(302)]
    public async Task No_error_shows_a_secret(int status)
    {
        await using var server = new ScriptedServer(_ =>
            Reply.Of(status, Encoding.ASCII.GetBytes(Canary), $"Content-Length: {Canary.Length}", $"X-Secret: {Canary}"));
        await using var driver = new HttpDriver(Drivers.Loopback);
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() =>
            driver.ReadAllAsync($"http://u:{Canary}@127.0.0.1:{server.Port}/x?X-Amz-Signature={Canary}"));
        Assert.DoesNotContain(Canary, e.ToString());
    }

    [TestMethod]
    public async Task No_location_and_no_option_shows_a_secret()
    {
        await using var driver = new HttpDriver();
        Assert.DoesNotContain(Canary, driver.ParseLocation($"http://u:{Canary}@h/x").ToString());
        Assert.DoesNotContain(Canary, HttpCredential.Bearer("https://h", Canary).ToString());
        Assert.DoesNotContain(Canary, new HttpDriverOptions { HttpProxy = $"http://u:{Canary}@proxy:3128" }.ToString());
        var e = Assert.ThrowsExactly<StoreException>(() => driver.ParseLocation($"http://u:{Canary}:x@h/x"));
        Assert.DoesNotContain(Canary, e.ToString());
        Assert.DoesNotContain(Canary, string.Join(" ", new HttpDriverOptions
        {
            HttpProxy = $"ftp://u:{Canary}@proxy",
            BaseUrl = $"http://u:{Canary}@h/",
            Credentials = [HttpCredential.Basic("h", "u:", Canary), HttpCredential.Bearer("h", Canary + " ")],
        }.Mistakes()));
    }

    private static string Basic(string user, string password) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
}
