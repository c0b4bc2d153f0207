using System.Text;

namespace GlanceStore.Drivers.Http.Tests;

[TestClass]
public sealed class ProxyTests
{
    private static readonly byte[] Image = Drivers.Image(100);

    [TestMethod]
    public async Task A_proxy_of_the_operator_is_asked_wherever_it_is()
    {
        await using var proxy = new ScriptedServer(request => Reply.Good(request, Image));
        await using var driver = new HttpDriver(new HttpDriverOptions { HttpProxy = $"127.0.0.1:{proxy.Port}" });
        CollectionAssert.AreEqual(Image, await driver.ReadAllAsync("http://images.example/x"));
        Assert.AreEqual("http://images.example/x", proxy.Requests.Single().Target);
    }

    [TestMethod]
    public async Task A_proxy_for_https_is_asked_for_a_tunnel()
    {
        await using var proxy = new ScriptedServer(_ => Reply.Status(502));
        await using var driver = new HttpDriver(new HttpDriverOptions { HttpsProxy = $"http://127.0.0.1:{proxy.Port}" });
        await Drivers.FailsAsync(StoreError.Unavailable, () => driver.ReadAllAsync("https://images.example/x"));
        Assert.AreEqual(("CONNECT", "images.example:443"), (proxy.Requests[0].Method, proxy.Requests[0].Target));
    }

    [TestMethod]
    public async Task A_proxy_gets_its_credentials_and_no_server_does()
    {
        await using var proxy = new ScriptedServer(request => request["Proxy-Authorization"] is null
            ? Reply.Status(407, "Proxy-Authenticate: Basic realm=\"proxy\"")
            : Reply.Good(request, Image));
        await using var driver = new HttpDriver(new HttpDriverOptions { HttpProxy = $"http://pro%40xy:pass@127.0.0.1:{proxy.Port}" });
        CollectionAssert.AreEqual(Image, await driver.ReadAllAsync("http://images.example/x"));
        Assert.AreEqual("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("pro@xy:pass")), proxy.Requests[^1]["Proxy-Authorization"]);
        Assert.IsNull(proxy.Requests[^1]["Authorization"]);
    }

    [TestMethod]
    public async Task Hosts_without_proxy_are_asked_themselves_and_judged()
    {
        await using var proxy = new ScriptedServer(_ => Reply.Status(500));
        await using var server = new ScriptedServer(request => Reply.Good(request, Image));
        var options = Drivers.Loopback with { HttpProxy = $"127.0.0.1:{proxy.Port}", NoProxy = ["*.inside.example"] };
        await using var driver = Drivers.WithNames(options);
        CollectionAssert.AreEqual(Image, await driver.ReadAllAsync(server.UrlOn("a.inside.example")));
        Assert.AreEqual(0, proxy.Connections);
        await using var guarded = Drivers.WithNames(options with { AllowedNetworks = [] });
        await Drivers.FailsAsync(StoreError.InvalidLocation, () => guarded.ReadAllAsync(server.UrlOn("a.inside.example")));
    }

    [TestMethod]
    [DataRow("http://127.0.0.1/x")]
    [DataRow("http://2852039166/latest/meta-data/")]
    [DataRow("http://[::ffff:169.254.169.254]/x")]
    public async Task Refused_addresses_are_not_asked_for_through_a_proxy_either(string uri)
    {
        await using var proxy = new ScriptedServer(request => Reply.Good(request, Image));
        await using var driver = new HttpDriver(new HttpDriverOptions { HttpProxy = $"127.0.0.1:{proxy.Port}" });
        await Drivers.FailsAsync(StoreError.InvalidLocation, () => driver.ReadAllAsync(uri));
        Assert.AreEqual(0, proxy.Connections);
    }

    [TestMethod]
    public async Task The_environment_names_no_proxy_to_this_store()
    {
        await using var proxy = new ScriptedServer(_ => Reply.Status(500));
        await using var server = new ScriptedServer(request => Reply.Good(request, Image));
        Environment.SetEnvironmentVariable("http_proxy", $"http://127.0.0.1:{proxy.Port}");
        try
        {
            await using var driver = Drivers.WithNames();
            CollectionAssert.AreEqual(Image, await driver.ReadAllAsync(server.UrlOn("images.example")));
        }
        finally
        {
            Environment.SetEnvironmentVariable("http_proxy", null);
        }
    }
}
