using System.Net;

namespace GlanceStore.Drivers.Http.Tests;

[TestClass]
public sealed class AddressGuardTests
{
    [TestMethod]
    [DataRow("127.0.0.1")]
    [DataRow("127.255.255.254")]
    [DataRow("::1")]
    [DataRow("0.0.0.0")]
    [DataRow("0.1.2.3")]
    [DataRow("::")]
    [DataRow("169.254.1.1")]
    [DataRow("169.254.169.254")]
    [DataRow("fe80::1")]
    [DataRow("fe80::1%2")]
    [DataRow("224.0.0.1")]
    [DataRow("ff02::1")]
    [DataRow("255.255.255.255")]
    [DataRow("100.100.100.200")]
    [DataRow("168.63.129.16")]
    [DataRow("192.0.0.192")]
    [DataRow("fd00:ec2::254")]
    [DataRow("::ffff:127.0.0.1")]
    [DataRow("::ffff:169.254.169.254")]
    [DataRow("::127.0.0.1")]
    [DataRow("64:ff9b::127.0.0.1")]
    [DataRow("64:ff9b::a9fe:a9fe")]
    [DataRow("64:ff9b:1::1")]
    [DataRow("2002:7f00:1::1")]
    [DataRow("2001:0:1::1")]
    public void The_machine_itself_and_the_cloud_around_it_are_refused(string address) =>
        Assert.IsFalse(Permits(new HttpDriverOptions(), address));

    [TestMethod]
    [DataRow("93.184.216.34")]
    [DataRow("10.1.2.3")]
    [DataRow("192.168.1.1")]
    [DataRow("fd12::1")]
    [DataRow("2606:2800:220:1::1")]
    [DataRow("64:ff9b::5db8:d822")]
    [DataRow("::ffff:10.1.2.3")]
    public void Other_addresses_are_permitted(string address) => Assert.IsTrue(Permits(new HttpDriverOptions(), address));

    [TestMethod]
    [DataRow("10.1.2.3", true)]
    [DataRow("::ffff:10.1.2.3", true)]
    [DataRow("10.2.2.3", false)]
    [DataRow("192.168.1.1", false)]
    [DataRow("fd12::1", false)]
    [DataRow("93.184.216.34", true)]
    public void Allowed_networks_are_exceptions_from_denied_ones(string address, bool permitted) =>
        Assert.AreEqual(permitted, Permits(new HttpDriverOptions { AllowedNetworks = ["10.1.0.0/16"], DeniedNetworks = ["private"] }, address));

    [TestMethod]
    [DataRow("link-local", "169.254.169.254", false)]
    [DataRow("169.254.0.0/16", "169.254.169.254", false)]
    [DataRow("private", "fd00:ec2::254", false)]
    [DataRow("0.0.0.0/0", "100.100.100.200", false)]
    [DataRow("link-local", "169.254.1.1", true)]
    [DataRow("metadata", "169.254.169.254", true)]
    [DataRow("169.254.169.254", "169.254.169.254", true)]
    [DataRow("169.254.169.254", "::ffff:169.254.169.254", true)]
    public void Metadata_services_are_opened_by_name_or_exact_address_only(string allowed, string address, bool permitted) =>
        Assert.AreEqual(permitted, Permits(new HttpDriverOptions { AllowedNetworks = [allowed] }, address));

    [TestMethod]
    [DataRow("127.0.0.1")]
    [DataRow("2130706433")]
    [DataRow("0177.0.0.1")]
    [DataRow("0x7f.1")]
    [DataRow("127.1")]
    [DataRow("0")]
    [DataRow("[::1]")]
    [DataRow("[::ffff:127.0.0.1]")]
    [DataRow("[::ffff:7f00:1]")]
    [DataRow("localhost")]
    public async Task No_spelling_of_the_machine_itself_is_connected_to(string host)
    {
        await using var server = new ScriptedServer(_ => Reply.Status(200));
        await using var driver = new HttpDriver();
        var e = await Drivers.FailsAsync(StoreError.InvalidLocation, () => driver.ReadAllAsync(server.UrlOn(host)));
        Assert.IsFalse(e.IsTransient);
        StringAssert.Contains(e.Message, "AllowedNetworks");
        Assert.AreEqual(0, server.Connections);
    }

    [TestMethod]
    public async Task A_redirect_to_the_machine_itself_is_not_followed()
    {
        await using var inner = new ScriptedServer(_ => Reply.Status(200));
        await using var outer = new ScriptedServer(_ => Reply.Redirect(302, inner.UrlOn("localhost")));

        // 127.0.0.1 stands for a server out there, everything else of the loopback for what has to be out of reach.
        await using var driver = Resolving(new HttpDriverOptions { AllowedNetworks = ["127.0.0.1"] },
            host => host == "out.there" ? "127.0.0.1" : "127.0.0.2");
        await Drivers.FailsAsync(StoreError.InvalidLocation, () => driver.ReadAllAsync(outer.UrlOn("out.there")));
        Assert.AreEqual((1, 0), (outer.Connections, inner.Connections));
    }

    [TestMethod]
    public async Task A_name_that_changes_its_address_after_the_check_gains_nothing()
    {
        var asked = 0;
        await using var server = new ScriptedServer(_ => Reply.Status(200));
        await using var driver = Resolving(new HttpDriverOptions { AllowedNetworks = ["127.0.0.1"] },
            _ => Interlocked.Increment(ref asked) == 1 ? "127.0.0.1" : "127.0.0.2");
        await driver.ReadAllAsync(server.UrlOn("rebinding.example"));
        Assert.AreEqual(1, asked);
    }

    [TestMethod]
    public async Task Of_several_addresses_only_the_permitted_ones_are_tried()
    {
        await using var server = new ScriptedServer(_ => Reply.Status(200));
        await using var driver = new HttpDriver(new HttpDriverOptions { AllowedNetworks = ["127.0.0.1"] }, TimeProvider.System,
            (_, _) => Task.FromResult(new[] { IPAddress.Parse("127.0.0.9"), IPAddress.IPv6Loopback, IPAddress.Loopback }));
        Assert.IsEmpty(await driver.ReadAllAsync(server.UrlOn("several.example")));
    }

    [TestMethod]
    public async Task A_denied_host_is_not_reached_by_a_redirect_either()
    {
        await using var inner = new ScriptedServer(_ => Reply.Status(200));
        await using var outer = new ScriptedServer(_ => Reply.Redirect(302, inner.UrlOn("denied.example")));
        await using var driver = Drivers.WithNames(Drivers.Loopback with { DeniedHosts = ["denied.example"] });
        await Drivers.FailsAsync(StoreError.InvalidLocation, () => driver.ReadAllAsync(outer.UrlOn("fine.example")));
        Assert.AreEqual(0, inner.Connections);
    }

    private static bool Permits(HttpDriverOptions options, string address) => new AddressGuard(options).Permits(IPAddress.Parse(address));

    private static HttpDriver Resolving(HttpDriverOptions options, Func<string, string> resolve) =>
        new(options, TimeProvider.System, (host, _) => Task.FromResult(new[] { IPAddress.Parse(resolve(host)) }));
}
