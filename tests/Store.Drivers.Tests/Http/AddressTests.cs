using System.Net;
using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.Http.Tests;

/// <summary>Hosts of several addresses, of which some lead nowhere.</summary>
[TestClass]
public sealed class AddressTests
{
    private static readonly byte[] Image = Drivers.Image(1000);

    [TestMethod]
    public async Task An_address_that_leads_nowhere_does_not_keep_the_next_one_waiting()
    {
        await using var server = new ScriptedServer(request => Reply.Good(request, Image));
        using var silent = new SilentAddress(server.Port);
        await using var driver = DriverOf(SilentAddress.Address, IPAddress.Loopback);
        CollectionAssert.AreEqual(Image, await driver.ReadAllAsync($"http://two.test:{server.Port}/"));
    }

    [TestMethod]
    public async Task An_address_that_refuses_leads_to_the_next_one_at_once()
    {
        await using var server = new ScriptedServer(request => Reply.Good(request, Image));
        await using var driver = DriverOf(SilentAddress.Address, IPAddress.Parse("127.0.0.10"), IPAddress.Loopback);
        CollectionAssert.AreEqual(Image, await driver.ReadAllAsync($"http://three.test:{server.Port}/"));
    }

    [TestMethod]
    public async Task An_address_of_a_family_that_the_machine_has_not_got_is_passed_over()
    {
        await using var server = new ScriptedServer(request => Reply.Good(request, Image));
        await using var driver = DriverOf(IPAddress.Parse("2001:db8::1"), IPAddress.Loopback);
        CollectionAssert.AreEqual(Image, await driver.ReadAllAsync($"http://two.test:{server.Port}/"));
    }

    [TestMethod]
    public async Task Only_addresses_that_lead_nowhere_are_an_error_after_the_time_to_connect()
    {
        await using var server = new ScriptedServer(request => Reply.Good(request, Image));
        using var silent = new SilentAddress(server.Port);
        await using var driver = DriverOf(Drivers.Loopback with { ConnectTimeout = TimeSpan.FromSeconds(1) }, SilentAddress.Address);
        var e = await Drivers.FailsAsync(StoreError.Unavailable, () => driver.ReadAllAsync($"http://one.test:{server.Port}/"));
        Assert.IsTrue(e.IsTransient);
        StringAssert.Contains(e.Message, "takes too long to connect to");
    }

    [TestMethod]
    public async Task An_address_that_is_refused_by_the_guard_is_not_tried_beside_the_others()
    {
        await using var refused = new ScriptedServer(_ => Reply.Status(500));
        await using var driver = DriverOf(new HttpDriverOptions { AllowedNetworks = ["127.0.0.9"] }, IPAddress.Loopback, SilentAddress.Address);
        await Drivers.FailsAsync(StoreError.Unavailable, () => driver.ReadAllAsync($"http://two.test:{refused.Port}/"));
        Assert.AreEqual(0, refused.Connections);
    }

    [TestMethod]
    public async Task An_address_that_takes_connections_and_answers_nothing_comes_last_at_the_next_attempt()
    {
        await using var server = new ScriptedServer(request => Reply.Good(request, Image));
        await using var mute = new LoopbackListener((_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop), SilentAddress.Address, server.Port);
        await using var store = new ImageStore("web", DriverOf(SilentAddress.Address, IPAddress.Loopback),
            new ImageStoreOptions { RetryDelay = TimeSpan.Zero, StallTimeout = TimeSpan.FromSeconds(5) });
        await using var stream = await store.OpenReadAsync(new ImageLocation($"http://two.test:{server.Port}/", null));
        var bytes = new byte[Image.Length];
        await stream.ReadExactlyAsync(bytes);
        CollectionAssert.AreEqual(Image, bytes);
        Assert.AreEqual(1, mute.Connections);
    }

    [TestMethod]
    public void Addresses_are_tried_as_the_resolver_gives_them_the_families_in_turns_and_failed_ones_last()
    {
        var book = new AddressBook();
        IPAddress[] given = [.. new[] { "2001:db8::1", "2001:db8::2", "192.0.2.1", "192.0.2.2", "192.0.2.3" }.Select(IPAddress.Parse)];
        AssertOrder(book, given, "2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "192.0.2.3");
        book.Failed(new IPEndPoint(given[0], 80));
        book.Failed(new IPEndPoint(given[3], 80));
        AssertOrder(book, given, "192.0.2.1", "2001:db8::2", "192.0.2.3", "2001:db8::1", "192.0.2.2");
        book.Answered(new IPEndPoint(given[0], 80));
        AssertOrder(book, given, "2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.3", "192.0.2.2");
    }

    private static void AssertOrder(AddressBook book, IPAddress[] given, params string[] expected) =>
        CollectionAssert.AreEqual(expected, book.Order(given, 80).Select(point => point.Address.ToString()).ToArray());

    private static HttpDriver DriverOf(params IPAddress[] addresses) => DriverOf(Drivers.Loopback, addresses);

    private static HttpDriver DriverOf(HttpDriverOptions options, params IPAddress[] addresses) =>
        new(options, TimeProvider.System, (_, _) => Task.FromResult(addresses));
}
